"""A person is told all that is held of them, and nothing of anybody else."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any, Final
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from licensing.audit.trail import record
from licensing.keys.assign import assign
from licensing.models import AuditEntry, Customer, CustomerNote, Edition, License, Purchase
from recovery.journeys.privacy import NothingHeld, TooManyExports, export_of
from tests import factories
from tests.recovery.privacy.ground import COMPANY, EMAIL, FORMER, NAME, PHONE, STREET, somebody

pytestmark = pytest.mark.django_db

CODE: Final = "AAAA-BBBB-CCCC"
HOSTILE: Final = "<script>alert(1)</script><img src=x onerror=\"x\">&\"'=cmd|' /C calc'!A0 \u202egnp.exe"

# Models that lead to a customer, and where in the export what they hold stands.
TOLD: Final = {
    "Customer": "contact",
    "EmailAddress": "addresses",
    "Purchase": "purchases",
    "PurchaseLine": "purchases",
    "PurchaseReference": "purchases",
    "PurchaseRefund": "purchases",
    "PurchaseDispute": "purchases",
    "RefundMark": "purchases",
    "License": "licenses",
    "KeyAssignment": "licenses",
    "KeyOrder": "licenses",
    "CodeReveal": "looks_at_codes",
    "Case": "cases",
    "CustomerNote": "notes",
    "HookEvent": "notifications",
    "KeyAsk": "key_requests",
    "Exchange": "moves",
    "ExchangeNote": "moves",
    "ExchangeMail": "requests",
    "Message": "requests",
    "MailAttempt": "requests",
    "OwnerChange": "changes_of_owner",
}
# Without a path to a customer, but found by their addresses or ids.
FOUND: Final = {
    "RecoveryRequest": "requests",
    "Mute": "mutes",
    "Suppression": "mutes",
    "RegistrationKey": "licenses",
    "AuditEntry": "record",
}
# Nothing in these is about a person, or they say why not.
EXCUSED: Final = {
    "Challenge": "a nonce of ten minutes",
    "Allowance": "counters under marks that cannot be read back",
    "Tombstone": "there is none while there is a customer",
    "AuditLink": "the place of an entry in the chain",
    "AuditPending": "an entry that waits for its place",
    "KeptAnswer": "what the API answered a call that may be repeated, sealed, for an hour",
    "Hold": "who of support has a page open",
    "Delivery": "what another system of the vendor's is told: rows by their ids, no names",
    "DayFigure": "how many of something there were on a day",
    "Tally": "how far these were counted",
    "RetiredCode": "whether a code is on the public list",
    "ImportRow": "a file that waits, for a week at most; its rows are orders then",
    "ImportPart": "the same",
    "ImportRun": "of a file's first rows, half an address, for a month",
}
OF_THE_VENDOR: Final = {
    "Product", "Edition", "Store", "Mapping", "MappingItem", "Connection", "ColumnMap", "SigningKey", "StoredKey",
    "RetiredList", "DomainPause", "WorkerPulse", "Wording", "ApiKey", "Endpoint",
}  # fmt: skip


def parts(made: bytes) -> tuple[str, dict[str, Any]]:
    archive = ZipFile(BytesIO(made))
    assert archive.testzip() is None
    return archive.read("about-you.html").decode(), json.loads(archive.read("about-you.json"))


def exported(customer: Customer, *, by: str = "") -> tuple[str, dict[str, Any]]:
    return parts(export_of(customer.pk, by=by, reason="asked by mail", now=timezone.now()))


def rows(told: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told["sections"][key]["rows"]
    return found


def leads_to_customer(model: type[Model], seen: frozenset[type[Model]] = frozenset()) -> bool:
    targets = [field.related_model for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
    return any(
        target is Customer or (target not in seen and leads_to_customer(target, seen | {model}))
        for target in targets
        if isinstance(target, type)
    )


def test_every_model_is_told_or_excused() -> None:
    models = [*apps.get_app_config("licensing").get_models(), *apps.get_app_config("recovery").get_models()]
    known = {*TOLD, *FOUND, *EXCUSED, *OF_THE_VENDOR}
    assert {model.__name__ for model in models} == known
    leading = {model.__name__ for model in models if leads_to_customer(model) or model is Customer}
    assert leading <= {*TOLD, *EXCUSED}, "what leads to a customer is told"


def test_every_kind_of_data_has_rows_where_it_is_on_file() -> None:
    ada = somebody()
    _, told = exported(ada)
    assert {*TOLD.values(), *FOUND.values()} == set(told["sections"])
    empty = [key for key in told["sections"] if not rows(told, key)]
    assert set(empty) <= {"key_requests"}, "hers names no line"
    for section in told["sections"].values():
        assert section["what"]
        assert section["why"]
        assert section["kept"]


def test_all_that_she_told_stands_in_both_parts() -> None:
    ada = somebody()
    page, told = exported(ada)
    data = json.dumps(told, ensure_ascii=False)
    for said in (NAME, COMPANY, PHONE, STREET, EMAIL, FORMER, CODE, "GR-1", "txn_1", "my machine died"):
        assert said in page, said
        assert said in data, said


def test_what_support_wrote_and_looked_at_is_told_without_who() -> None:
    ada = somebody()
    page, told = exported(ada)
    assert rows(told, "notes")[0]["text"] == f"{NAME} prefers to be called"
    assert rows(told, "looks_at_codes")[0]["in_words"] == f"{NAME} sent a picture"
    assert rows(told, "record")[0]["by"] == "support"
    assert "grace" not in page


def test_support_gets_it_without_codes_and_the_customer_sees_that_they_took_it() -> None:
    ada = somebody()
    page, told = exported(ada, by="grace")
    assert CODE not in page
    assert CODE not in json.dumps(told)
    assert told["codes_left_out"]
    _, own = exported(ada)
    assert [each["what"] for each in rows(own, "record")][-1] == "customer.exported"


def test_a_receiver_is_told_nothing_of_who_gave_it_to_them() -> None:
    giver, bob = somebody(), factories.customer(full_name="Bob")
    order = Purchase.objects.get()
    line = factories.line(of=order, receiver=bob, name="A gift", registered_name="Bob")
    license = factories.license(owner=bob, line=line)
    assign(
        license=license, key=factories.key(edition=license.edition, code="BOBS-CODE-1"), now=timezone.now()
    )
    page, told = exported(bob)
    (sale,) = rows(told, "purchases")
    assert sale["bought_by"] == "somebody else"
    assert [each["name"] for each in sale["things"]] == ["A gift"]
    assert "BOBS-CODE-1" in page
    assert not [said for said in (NAME, EMAIL, COMPANY, CODE, "txn_1") if said in page]
    assert giver.full_name not in json.dumps(told)


@pytest.mark.parametrize("field", ["full_name", "company", "phone", "mailing_address"])
def test_what_anybody_typed_is_text_in_the_page(field: str) -> None:
    customer = factories.customer(**{field: HOSTILE[:60]})
    CustomerNote.objects.create(customer=customer, by="grace", text=HOSTILE)
    record(HOSTILE[:40], by=HOSTILE[:40], customer=customer.pk, details={HOSTILE: HOSTILE})
    page, _ = exported(customer)
    assert "<script" not in page
    assert "<img" not in page
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page


def test_thousands_of_licenses_cost_as_many_queries_as_one() -> None:
    def with_licenses(number: int) -> tuple[Customer, int]:
        owner, edition = factories.customer(), factories.edition()
        line = factories.line(of=factories.purchase(buyer=owner), receiver=owner)
        License.objects.bulk_create(
            License(line=line, unit=unit + 1, edition=Edition(pk=edition.pk), owner=owner)
            for unit in range(number)
        )
        first = line.licenses.order_by("unit")[0]
        assign(license=first, key=factories.key(edition=edition), now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            _, told = exported(owner)
        assert len(rows(told, "licenses")) == number
        return owner, len(queries)

    (_, one), (_, many) = with_licenses(1), with_licenses(3_000)
    assert many <= one + 4  # prefetched in a few pieces
    assert one < 60


def test_so_many_a_day_and_none_of_support_counts() -> None:
    ada = factories.customer()
    for _ in range(10):
        exported(ada)
    with pytest.raises(TooManyExports):
        exported(ada)
    exported(ada, by="grace")


def test_who_is_not_on_file_has_nothing_to_export() -> None:
    with pytest.raises(NothingHeld):
        exported(Customer(full_name="Nobody"))
    assert not AuditEntry.objects.exists()
