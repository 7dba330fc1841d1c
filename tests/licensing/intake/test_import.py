"""A sales file, from its rows to what customers own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo import sample_sales
from licensing.keys.sealed import content_of
from licensing.models import (
    Customer,
    Edition,
    EmailAddress,
    ImportRow,
    ImportState,
    KeyAssignment,
    KeyState,
    License,
    Purchase,
    PurchaseLine,
    PurchaseReference,
    PurchaseState,
    RegistrationKey,
)
from tests import factories
from tests.licensing.intake.sales import imported, order, sales_file

pytestmark = pytest.mark.django_db


def codes_of(email: str) -> list[str]:
    units = KeyAssignment.objects.open().filter(license__owner__addresses__canonical=email)
    return [content_of(each.key).decode() for each in units.select_related("key").order_by("license__unit")]


def everything() -> list[object]:
    models = (
        Customer,
        EmailAddress,
        Purchase,
        PurchaseReference,
        PurchaseLine,
        License,
        RegistrationKey,
        KeyAssignment,
    )
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_a_buyer_owns_the_license_and_its_key(tmp_path: Path) -> None:
    run = imported(sales_file(tmp_path, order("anna@example.com", License_Key="AAAA-BBBB-CCCC")))

    assert run.outcomes == {"new": 1}
    assert codes_of("anna@example.com") == ["AAAA-BBBB-CCCC"]
    assert RegistrationKey.objects.get().state == KeyState.SERVING


def test_a_gift_belongs_to_its_receiver(tmp_path: Path) -> None:
    imported(
        sales_file(
            tmp_path, order("anna@example.com", License_Key="AAAA-BBBB", Giftee_Email="ben@example.com")
        )
    )

    assert (codes_of("ben@example.com"), codes_of("anna@example.com")) == (["AAAA-BBBB"], [])
    assert Purchase.objects.for_email("anna@example.com").exists()


def test_spellings_of_one_address_are_one_customer(tmp_path: Path) -> None:
    imported(
        sales_file(
            tmp_path, order("anna@example.com"), order(" ANNA@Example.com"), order("Anna@EXAMPLE.COM ")
        )
    )

    assert Customer.objects.count() == 1
    assert len(codes_of("anna@example.com")) == 3


def test_a_quantity_with_one_key_is_one_key_with_as_many_seats(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order(Quantity="3", License_Key="AAAA-BBBB")))

    assert License.objects.count() == 3
    assert RegistrationKey.objects.get().seats == 3
    assert set(KeyAssignment.objects.values_list("seat", flat=True)) == {1, 2, 3}


def test_an_order_from_before_there_were_keys_has_a_license_that_waits(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order(License_Key="")))

    assert License.objects.count() == 1
    assert not RegistrationKey.objects.exists()


def test_a_waiting_license_gets_a_key_from_its_editions_pool(tmp_path: Path) -> None:
    edition = factories.edition()
    factories.mapping(edition=edition, product_ref="clipcutter", variant="(Windows)")
    factories.key(edition=edition, code="POOL-POOL-POOL")

    imported(sales_file(tmp_path, order("anna@example.com", License_Key="")))

    assert codes_of("anna@example.com") == ["POOL-POOL-POOL"]


def test_a_pool_key_that_the_file_says_was_sold_goes_to_its_buyer_only(tmp_path: Path) -> None:
    edition = factories.edition()
    factories.mapping(edition=edition, product_ref="clipcutter", variant="(Windows)")
    factories.key(edition=edition, code="SOLD-SOLD-SOLD")

    waiting = order("early@example.com", License_Key="")
    imported(sales_file(tmp_path, waiting, order("anna@example.com", License_Key="sold sold sold")))

    assert (codes_of("anna@example.com"), codes_of("early@example.com")) == (["SOLD-SOLD-SOLD"], [])


@pytest.mark.parametrize("fate", ["Fully Refunded?", "Disputed?", "Pre-order authorization?"])
def test_no_pool_key_goes_to_an_order_that_is_not_paid_for(tmp_path: Path, fate: str) -> None:
    edition = factories.edition()
    factories.mapping(edition=edition, product_ref="clipcutter", variant="(Windows)")
    factories.key(edition=edition)

    imported(sales_file(tmp_path, order(License_Key="", **{fate: "1"})))

    assert not KeyAssignment.objects.exists()


def test_facts_of_payment_are_kept(tmp_path: Path) -> None:
    rows = [
        order(Order_Number="1", **{"Fully Refunded?": "1"}),
        order(Order_Number="2", **{"Disputed?": "1"}),
        order(Order_Number="3", **{"Disputed?": "1", "Dispute Won?": "1"}),
        order(Order_Number="4", Quantity="5", **{"Sale Price ($)": "195.0", "Partial Refund ($)": "39.0"}),
    ]

    run = imported(sales_file(tmp_path, *rows))

    states = {each.reference: each.state for each in Purchase.objects.all()}
    paid = PurchaseState.PAID
    assert states == {"1": PurchaseState.REFUNDED, "2": PurchaseState.DISPUTED, "3": paid, "4": paid}
    assert Purchase.objects.get(reference="4").refunded_units == 1
    assert run.outcomes == {"new": 2, "refunded": 2}


def test_every_other_name_of_an_order_is_kept(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order(Purchase_ID="abc==", **{"Stripe Transaction ID": "ch_123"})))

    found = set(PurchaseReference.objects.values_list("kind", "value"))
    assert found == {("sale", "abc=="), ("stripe", "ch_123")}


def test_the_customer_is_what_the_first_order_said(tmp_path: Path) -> None:
    row = order(Buyer_Name="Anna", Company="Lantern Ltd", Street_Address="1 Mill Lane", City="Leeds")

    imported(sales_file(tmp_path, row))

    anna = Customer.objects.get()
    assert (anna.full_name, anna.company, anna.mailing_address) == (
        "Anna",
        "Lantern Ltd",
        "1 Mill Lane\nLeeds",
    )


def test_a_later_order_fills_what_is_empty_and_replaces_nothing(tmp_path: Path) -> None:
    factories.customer(email="anna@example.com", full_name="Anna Example")

    imported(sales_file(tmp_path, order("anna@example.com", Buyer_Name="A. Other", Company="Lantern Ltd")))

    anna = Customer.objects.get()
    assert (anna.full_name, anna.company) == ("Anna Example", "Lantern Ltd")


def test_consent_follows_the_latest_order_whatever_the_order_of_rows(tmp_path: Path) -> None:
    new = order(Purchase_Date="2024-05-01", **{"Do not contact?": "1"})
    old = order(Purchase_Date="2020-05-01", **{"Do not contact?": "0"})

    imported(sales_file(tmp_path, new, old))

    anna = Customer.objects.get()
    assert (anna.newsletter_consent, anna.newsletter_source) == (False, "bought at gumroad")
    assert anna.newsletter_at == datetime(2024, 5, 1, 10, tzinfo=UTC)


def test_an_old_order_does_not_undo_what_a_customer_said_since(tmp_path: Path) -> None:
    said = datetime(2025, 1, 1, tzinfo=UTC)
    factories.customer(
        email="anna@example.com", newsletter_consent=False, newsletter_at=said, newsletter_source="our page"
    )

    imported(sales_file(tmp_path, order("anna@example.com", **{"Do not contact?": "0"})))

    anna = Customer.objects.get()
    assert (anna.newsletter_consent, anna.newsletter_source) == (False, "our page")


def test_a_second_run_of_the_same_file_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    with path.open("w", newline="") as out:
        sample_sales.write(out, rows=150)
    imported(path)
    before = everything()

    run = imported(path)

    assert run.outcomes == {"unchanged": 150}
    assert everything() == before


def test_one_order_twice_in_a_file_is_one_order(tmp_path: Path) -> None:
    row = order()

    run = imported(sales_file(tmp_path, row, row))

    assert run.outcomes == {"new": 1, "unchanged": 1}


def test_two_stores_may_have_an_order_of_the_same_number(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order(Order_Number="1001")), store=factories.store(name="first"))
    imported(sales_file(tmp_path, order(Order_Number="1001")), store=factories.store(name="second"))

    assert Purchase.objects.filter(reference="1001").count() == 2


def test_a_later_file_brings_refund_and_win_but_takes_none_back(tmp_path: Path) -> None:
    sold = order(Order_Number="1", License_Key="AAAA")
    imported(sales_file(tmp_path, sold))
    refunded = imported(sales_file(tmp_path, sold | {"Fully Refunded?": "1"}))

    older = imported(sales_file(tmp_path, sold))

    assert (refunded.outcomes, older.outcomes) == ({"refunded": 1}, {"unchanged": 1})
    assert Purchase.objects.get().state == PurchaseState.REFUNDED


def test_a_dispute_and_then_its_win_are_updates(tmp_path: Path) -> None:
    sold = order(Order_Number="1", License_Key="AAAA")
    imported(sales_file(tmp_path, sold))

    runs = [
        imported(sales_file(tmp_path, sold | facts)) for facts in ({"Disputed?": "1"}, {"Dispute Won?": "1"})
    ]

    assert [run.outcomes for run in runs] == [{"updated": 1}, {"updated": 1}]
    assert Purchase.objects.get().state == PurchaseState.PAID


def test_staging_keeps_nothing_of_what_was_applied(tmp_path: Path) -> None:
    run = imported(sales_file(tmp_path, order(), order("not an address")))

    assert run.state == ImportState.APPLIED
    assert [(row.outcome, row.payload) for row in ImportRow.objects.all()] == [("rejected", None)]


def test_a_dry_run_says_what_would_happen_and_changes_nothing(tmp_path: Path) -> None:
    before = everything()

    run = imported(
        sales_file(tmp_path, order(), order("bad"), order(**{"Fully Refunded?": "1"})), dry_run=True
    )

    assert run.outcomes == {"new": 1, "refunded": 1, "rejected": 1}
    assert everything() == before
    assert not Edition.objects.exists()


def test_names_are_shown_with_the_code_as_they_were_registered(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order(Buyer_Name="José García", License_Key="AAAA")))

    assert RegistrationKey.objects.get().registered_name == "José García"
