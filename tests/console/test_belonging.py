"""Links from a row to the lists of what belongs to it lead there."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from config.console import console
from licensing.models import HookEvent, RegistrationKey
from tests.console.conftest import Filed

pytestmark = pytest.mark.django_db
TO_A_LIST = re.compile(r'href="(/console/[^"?]+\?[^"]*__id__exact=[^"]+)"')


def test_every_link_to_what_belongs_to_a_row_shows_a_list(support: Client, filed: Filed) -> None:
    links = set()
    for model in console._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages = [reverse(f"{name}_changelist")]
        pages += [reverse(f"{name}_change", args=[row.pk]) for row in model._default_manager.all()[:1]]
        for page in pages:
            links |= set(TO_A_LIST.findall(support.get(page).content.decode()))

    assert len(links) > 20
    led = {link: support.get(link.replace("&amp;", "&")).status_code for link in links}
    assert {link: status for link, status in led.items() if status != 200} == {}


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (RegistrationKey, "tail__id__exact"),
        (RegistrationKey, "edition__id__startswith"),
        (RegistrationKey, "edition__product__id__exact__x"),
        (HookEvent, "connection__sealed_secret__startswith"),
        (HookEvent, "connection__store__name__exact"),
    ],
)
def test_other_ways_round_are_refused_as_before(
    support: Client, filed: Filed, model: type[HookEvent], lookup: str
) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"

    assert support.get(reverse(name), {lookup: "a"}).status_code == 400
