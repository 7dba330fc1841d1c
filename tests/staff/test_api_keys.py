"""API keys in the console: made by an administrator, shown once, revoked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone
from time_machine import travel

from config.staff.models import Approval
from config.staff.roles import Role
from licensing.console.short_names import ERRORS
from licensing.models import AuditEntry
from recovery.api_secrets import digest_of, is_secret
from recovery.models import ApiKey
from tests.api.caller import Caller
from tests.staff.people import Person, person

pytestmark = pytest.mark.django_db

LIST = "/console/recovery/apikey/"
MAKE = f"{LIST}add/"
FORM: dict[str, Any] = {
    "name": "shop-backend",
    "scopes": ["purchases:read", "customers:read"],
    "lasts": "90",
    "per_minute": "60",
}


def secret_on(page: Any) -> str:
    found = re.search(r'id="key"[^>]*value="([^"]*)"', page.content.decode())
    return found[1] if found else ""


def test_is_shown_once_and_works(grace: Person) -> None:
    grace.sign_in()
    page = grace.client.post(MAKE, FORM)
    secret = secret_on(page)
    assert is_secret(secret)
    key = ApiKey.objects.get()
    assert bytes(key.digest) == digest_of(secret)
    assert key.scopes == "customers:read purchases:read"
    assert timedelta(days=89) < key.expires_at - timezone.now() < timedelta(days=91)
    assert Caller(secret).see("/api/v1/vendor/key/").status_code == 200
    for address in (LIST, f"{LIST}{key.pk}/change/"):
        shown = grace.client.get(address).content.decode()
        assert "customers:read purchases:read" in shown
        assert secret not in shown


def test_making_and_revoking_are_in_the_trail(grace: Person) -> None:
    grace.sign_in()
    grace.client.post(MAKE, FORM)
    key = ApiKey.objects.get()
    grace.client.post(f"{LIST}{key.pk}/revoke/")
    key.refresh_from_db()
    assert key.revoked_by == "grace"
    told = AuditEntry.objects.filter(row=str(key.pk), action__startswith="apikey").order_by("id")
    assert list(told.values_list("action", "by")) == [
        ("apikey.made", "grace"),
        ("apikey.revoked", "grace"),
    ]


def test_a_name_that_is_taken_is_said_beside_the_field(grace: Person) -> None:
    grace.sign_in()
    grace.client.post(MAKE, FORM)
    page = grace.client.post(MAKE, FORM)
    assert (page.status_code, secret_on(page)) == (422, "")
    assert "had it" in page.content.decode()
    assert ApiKey.objects.count() == 1


def test_a_name_with_a_space_is_refused_in_the_words_of_its_hint(grace: Person) -> None:
    page = grace.sign_in().client.post(MAKE, FORM | {"name": "Shop Backend"})
    assert page.status_code == 422
    assert ERRORS["invalid"] in page.content.decode()
    assert "slug" not in page.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"name": "with a space"}, {"scopes": []}, {"scopes": ["all"]}, {"lasts": "99999"}, {"per_minute": "0"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_refuses_what_is_no_key(grace: Person, wrong: dict[str, Any]) -> None:
    assert grace.sign_in().client.post(MAKE, FORM | wrong).status_code == 422
    assert not ApiKey.objects.exists()


def test_asks_for_a_fresh_second_factor(grace: Person) -> None:
    grace.sign_in()
    with travel(timezone.now() + timedelta(minutes=6)):
        page = grace.client.post(MAKE, FORM)
    assert page.status_code == 302
    assert "/prove/" in page["Location"]
    assert not ApiKey.objects.exists()


def test_a_lead_makes_none_and_revokes_none(grace: Person) -> None:
    grace.sign_in().client.post(MAKE, FORM)
    key = ApiKey.objects.get()
    lead = person("lead", role=Role.LEAD).sign_in()
    assert lead.client.post(MAKE, FORM | {"name": "another"}).status_code == 403
    assert lead.client.post(f"{LIST}{key.pk}/revoke/").status_code == 403
    key.refresh_from_db()
    assert key.revoked_at is None
    assert ApiKey.objects.count() == 1


def test_where_two_people_are_wanted_a_second_one_approves_the_key(
    grace: Person, settings: LazySettings
) -> None:
    settings.SECOND_PERSON = {"exports"}
    grace.sign_in()
    held = grace.client.post(MAKE, FORM)
    assert (held.status_code, secret_on(held)) == (409, "")
    grace.client.post("/console/approvals/ask/", {"kept": str(held.context["kept"]), "reason": "New shop"})
    second = person("second", role=Role.ADMINISTRATOR).sign_in()
    question = f"/console/approvals/{Approval.objects.get().pk}/"
    asked = second.client.get(question).content.decode()
    assert "customers:read: see names and addresses of customers" in asked
    assert "shop-backend" in asked
    second.client.post(f"{question}approve/", {"note": ""})

    assert is_secret(secret_on(grace.client.post(MAKE, FORM)))
    assert ApiKey.objects.get().approved_by == "second"
    assert grace.client.post(MAKE, FORM | {"scopes": ["customers:erase"], "name": "more"}).status_code == 409
