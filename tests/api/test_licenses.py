"""With the token of a proved mailbox: the licenses, and moving one there and back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from licensing.keys.assign import assign
from licensing.keys.sealed import new_key_file
from licensing.models import EmailAddress, License, Product
from recovery.models import Exchange, Message, MessageKind, RecoveryRequest
from tests import factories
from tests.api.caller import EMAIL, LICENSES, Caller, code_of, faults_of, said
from tests.api.conftest import NEW, OLD
from tests.recovery.exchanging import Shop, owned, served_by

pytestmark = pytest.mark.django_db


def move_of(license_id: str) -> str:
    return f"{LICENSES}{license_id}/exchange/"


def test_lists_each_license_with_its_key(owner: Caller, license_id: str) -> None:
    told = said(owner.see(LICENSES))
    (only,) = told["licenses"]
    assert (only["id"], only["platform"], only["standing"]) == (license_id, "windows", "active")
    assert only["key"] == {"code": OLD, "file": None}
    assert only["purchased_at"] == "2024-05-01T12:00:00Z"
    assert told["keys_mail"] == "waiting"


def test_reads_a_hundred_licenses_in_six_queries(owner: Caller, for_both: Shop) -> None:
    anna = EmailAddress.objects.get(canonical=EMAIL).customer
    for _ in range(99):
        owned(for_both.windows, owner=anna)
    with CaptureQueriesContext(connection) as queries:
        told = said(owner.see(LICENSES))
    assert len(told["licenses"]) == 100
    assert len(queries) <= 6


def test_licenses_that_share_a_key_are_told_one_by_one(owner: Caller, for_both: Shop) -> None:
    anna = EmailAddress.objects.get(canonical=EMAIL).customer
    shared = factories.key(edition=for_both.windows, code="SHAR-ED00-0000-0001", seats=2)
    line = factories.line(of=factories.purchase(buyer=anna))
    for unit in (1, 2):
        each = factories.license(owner=anna, edition=for_both.windows, line=line, unit=unit)
        assign(license=each, key=shared, now=factories.ORDERED_AT)
    codes = [each["key"]["code"] for each in said(owner.see(LICENSES))["licenses"]]
    assert codes.count("SHAR-ED00-0000-0001") == 2


def test_a_licence_file_comes_in_base64(owner: Caller, for_both: Shop) -> None:
    anna = EmailAddress.objects.get(canonical=EMAIL).customer
    unit = factories.license(owner=anna, edition=for_both.windows)
    key = new_key_file(
        edition=for_both.windows, content=b"\x00\xff", file_name="a.lic", content_type="application/x-lic"
    )
    key.save(force_insert=True)
    assign(license=unit, key=key, now=factories.ORDERED_AT)
    files = [each["key"]["file"] for each in said(owner.see(LICENSES))["licenses"] if each["key"]["file"]]
    assert files == [{"name": "a.lic", "content": "AP8="}]


def test_a_refunded_license_shows_no_key(owner: Caller, license_id: str) -> None:
    License.objects.get().line.purchase.__class__.objects.update(refunded_at=Now())
    (only,) = said(owner.see(LICENSES))["licenses"]
    assert (only["standing"], only["key"]) == ("refunded", None)
    refused = owner.tell(move_of(license_id), {"to": "macos"})
    assert (refused.status_code, code_of(refused), said(refused)["verdict"]) == (409, "refunded", "refused")


@pytest.mark.parametrize("token", ["", "x" * 43, "short", "a b"])
def test_nothing_without_a_token_that_is_ours(license_id: str, token: str) -> None:
    for answer in (
        Caller(token).see(LICENSES),
        Caller(token).see(move_of(license_id)),
        Caller(token).tell(move_of(license_id), {"to": "macos"}),
        Caller(token).tell(f"{move_of(license_id)}undo/"),
    ):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert not Exchange.objects.exists()


def test_nothing_after_half_an_hour(owner: Caller, license_id: str) -> None:
    RecoveryRequest.objects.update(view_ends_at=Now() - timedelta(seconds=1))
    assert code_of(owner.see(LICENSES)) == "no_view"
    assert code_of(owner.tell(move_of(license_id), {"to": "macos"})) == "no_view"


def test_another_customers_license_is_not_there(owner: Caller, for_both: Shop) -> None:
    strangers = str(owned(for_both.windows).pk)
    for license_id in (strangers, str(uuid4())):
        for answer in (
            owner.see(move_of(license_id)),
            owner.tell(move_of(license_id), {"to": "macos"}),
            owner.tell(f"{move_of(license_id)}undo/"),
        ):
            assert (answer.status_code, code_of(answer)) == (404, "no_such_license")
    assert not Exchange.objects.exists()


def test_says_what_the_policy_says_and_changes_nothing(owner: Caller, license_id: str) -> None:
    told = said(owner.see(move_of(license_id)))
    assert (told["verdict"], told["reason"], told["to"]) == ("allowed", "within_policy", ["macos"])
    assert (told["moves_left_after"], told["latest"], told["undo_until"]) == (1, None, None)
    assert not Exchange.objects.exists()


def test_moves_and_gives_the_new_key_at_once(owner: Caller, license_id: str) -> None:
    told = said(owner.tell(move_of(license_id), {"to": "macos"}))
    assert (told["exchange"]["state"], told["exchange"]["from"], told["exchange"]["to"]) == (
        "done",
        "windows",
        "macos",
    )
    assert (told["license"]["platform"], told["license"]["key"]["code"]) == ("macos", NEW)
    assert told["license"]["former_keys"][0]["tail"] == OLD[-4:]
    assert Message.objects.filter(kind=MessageKind.REPLACEMENT).count() == 1


def test_the_same_move_again_is_the_one_that_was_made(owner: Caller, license_id: str) -> None:
    first, second = (said(owner.tell(move_of(license_id), {"to": "macos"}))["exchange"] for _ in range(2))
    assert first == second
    assert Exchange.objects.count() == 1


def test_a_move_waits_where_there_is_no_key(owner: Caller, license_id: str) -> None:
    told = said(owner.tell(move_of(license_id), {"to": "macos"}))
    other = License.objects.exclude(pk=license_id)
    assert not other.exists()
    assert told["exchange"]["state"] == "done"  # the one key in stock; the next license finds none
    anna = EmailAddress.objects.get(canonical=EMAIL).customer
    second = owned(License.objects.get().exchanges.get().from_edition, owner=anna, code="BBBB-0000-1111-2222")
    waits = said(owner.tell(move_of(str(second.pk)), {"to": "macos"}))
    assert (waits["exchange"]["state"], waits["license"]["key"]["code"]) == ("waiting", "BBBB-0000-1111-2222")


def test_what_the_rules_forbid_says_from_when_it_is_allowed(owner: Caller, license_id: str) -> None:
    owner.tell(move_of(license_id), {"to": "macos"})
    back = owner.tell(move_of(license_id), {"to": "windows"})
    assert (back.status_code, code_of(back), said(back)["verdict"]) == (409, "cooling_down", "needs_support")
    assert said(back)["allowed_from"].endswith("Z")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, {"to": "required"}),
        ({"to": "amiga"}, {"to": "invalid_choice"}),
        ({"to": "any"}, {"to": "invalid_choice"}),
        ({"to": ["macos"]}, {"to": "invalid_choice"}),
        ({"to": "macos", "force": True}, {"force": "unknown_field"}),
    ],
)
def test_refuses_what_is_no_platform(owner: Caller, license_id: str, body: object, fault: object) -> None:
    assert faults_of(owner.tell(move_of(license_id), body)) == fault


def test_a_platform_without_an_edition_is_not_there(owner: Caller, license_id: str) -> None:
    assert code_of(owner.tell(move_of(license_id), {"to": "linux"})) == "no_such_license"


def test_takes_a_move_back_once_and_says_so_again(owner: Caller, license_id: str) -> None:
    owner.tell(move_of(license_id), {"to": "macos"})
    undo = f"{move_of(license_id)}undo/"
    first, second = said(owner.tell(undo)), said(owner.tell(undo, {}))
    assert (first["exchange"]["state"], first["license"]["key"]["code"]) == ("undone", OLD)
    assert first == second
    assert Message.objects.filter(kind=MessageKind.UNDONE).count() == 1


def test_there_is_nothing_to_take_back_before_a_move(owner: Caller, license_id: str) -> None:
    answer = owner.tell(f"{move_of(license_id)}undo/")
    assert (answer.status_code, code_of(answer)) == (409, "cannot_undo")


def test_a_product_that_does_not_move_says_so(owner: Caller, license_id: str) -> None:
    Product.objects.update(exchange_allowed=False)
    before = served_by(License.objects.get()).pk
    assert said(owner.see(move_of(license_id)))["reason"] == "not_offered"
    assert code_of(owner.tell(move_of(license_id), {"to": "macos"})) == "not_offered"
    assert served_by(License.objects.get()).pk == before
