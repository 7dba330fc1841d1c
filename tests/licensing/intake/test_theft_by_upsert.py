"""A file that tells of a known order otherwise changes payment facts only, and a person is asked (threats, row 51)."""

from pathlib import Path

import pytest
from django.test import override_settings

from licensing.keys.sealed import vault
from licensing.models import (
    Case,
    CaseKind,
    Customer,
    EmailAddress,
    KeyAssignment,
    License,
    Purchase,
    PurchaseLine,
    PurchaseState,
    RegistrationKey,
)
from tests import factories
from tests.environment import key_of
from tests.licensing.intake.sales import Cells, imported, order, sales_file

pytestmark = pytest.mark.django_db

CHANGES = {
    "address": {"Purchase Email": "thief@example.com", "Buyer Email": "thief@example.com"},
    "receiver": {"Giftee Email": "thief@example.com"},
    "product": {"Product ID": "discsaver"},
    "variant": {"Variants": "(Mac)"},
    "quantity": {"Quantity": "100"},
    "code": {"License Key": "STOLEN-STOLEN"},
}


def owned() -> list[object]:
    models = (Customer, EmailAddress, PurchaseLine, License, RegistrationKey, KeyAssignment)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.fixture
def sold(tmp_path: Path) -> Cells:
    row = order("anna@example.com", License_Key="AAAA-BBBB-CCCC")
    imported(sales_file(tmp_path, row))
    return row


@pytest.mark.parametrize("fact", CHANGES)
def test_opens_a_case_and_changes_nothing_that_is_owned(fact: str, sold: Cells, tmp_path: Path) -> None:
    before = owned()

    run = imported(sales_file(tmp_path, sold | CHANGES[fact]))

    assert run.outcomes == {"needs_person": 1}
    assert owned() == before
    case = Case.objects.get()
    assert (case.kind, case.detail) == (CaseKind.CONTRADICTION, {"differs": [fact]})


@pytest.mark.parametrize("fact", CHANGES)
def test_a_repeat_opens_no_second_case(fact: str, sold: Cells, tmp_path: Path) -> None:
    for _ in range(2):
        imported(sales_file(tmp_path, sold | CHANGES[fact]))

    assert Case.objects.count() == 1


def test_another_contradiction_of_the_same_order_is_another_case(sold: Cells, tmp_path: Path) -> None:
    imported(sales_file(tmp_path, sold | CHANGES["address"]))
    imported(sales_file(tmp_path, sold | CHANGES["code"]))

    assert Case.objects.count() == 2


def test_what_a_person_has_closed_is_not_asked_again(sold: Cells, tmp_path: Path) -> None:
    imported(sales_file(tmp_path, sold | CHANGES["address"]))
    Case.objects.update(closed_at=factories.ORDERED_AT)

    assert imported(sales_file(tmp_path, sold | CHANGES["address"])).outcomes == {"unchanged": 1}


def test_facts_of_payment_are_learned_all_the_same(sold: Cells, tmp_path: Path) -> None:
    run = imported(sales_file(tmp_path, sold | CHANGES["address"] | {"Fully Refunded?": "1"}))

    assert run.outcomes == {"needs_person": 1}
    assert Purchase.objects.get().state == PurchaseState.REFUNDED


def test_the_second_telling_within_one_file_is_treated_alike(tmp_path: Path) -> None:
    row = order("anna@example.com")

    run = imported(sales_file(tmp_path, row, row | CHANGES["address"]))

    assert run.outcomes == {"new": 1, "needs_person": 1}
    assert not KeyAssignment.objects.filter(license__owner__addresses__canonical="thief@example.com").exists()


def test_another_spelling_of_address_and_code_is_no_contradiction(sold: Cells, tmp_path: Path) -> None:
    run = imported(
        sales_file(tmp_path, sold | {"Purchase Email": " ANNA@example.com", "License Key": "aaaabbbb cccc"})
    )

    assert run.outcomes == {"unchanged": 1}


def test_an_address_that_the_customer_changed_here_is_no_contradiction(sold: Cells, tmp_path: Path) -> None:
    EmailAddress.objects.update(former_since=factories.ORDERED_AT)
    factories.address(of=Customer.objects.get(), email="anna.new@example.com")

    assert imported(sales_file(tmp_path, sold)).outcomes == {"unchanged": 1}


def test_a_rotated_fingerprint_key_makes_no_contradictions(sold: Cells, tmp_path: Path) -> None:
    key = RegistrationKey.objects.get()

    with override_settings(FINGERPRINT_KEYS={"b": key_of("another").encode()[:32]}):
        RegistrationKey.objects.update(fingerprint_b=refingerprinted(key))
        first, second = (imported(sales_file(tmp_path, sold)).outcomes for _ in range(2))

    assert (first, second) == ({"unchanged": 1}, {"unchanged": 1})
    assert not Case.objects.exists()


def refingerprinted(key: RegistrationKey) -> bytes:
    return vault().fingerprints("AAAABBBBCCCC", edition=str(key.edition_id))["b"]
