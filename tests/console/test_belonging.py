"""Lists of what belongs to a row are opened by links alone; that each link leads there: test_every_page.py."""

import pytest
from django.test import Client
from django.urls import reverse

from licensing.models import HookEvent, RegistrationKey
from tests.console.conftest import Filed

pytestmark = pytest.mark.django_db


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
