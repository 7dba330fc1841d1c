"""What one row of a Gumroad export says."""

from datetime import UTC, datetime

import pytest

from demo.sample_sales import COLUMNS
from licensing.intake.record import PurchaseRecord, Refund, RowRejected
from licensing.intake.stores.gumroad import EXPORT
from tests.licensing.intake.sales import order


def read(**cells: object) -> PurchaseRecord:
    """The record of one order; `cells` by column, with _ for spaces where that is shorter."""
    row = order() | {
        name if name in COLUMNS else name.replace("_", " "): value for name, value in cells.items()
    }
    return EXPORT.reader(COLUMNS)([str(row.get(column, "")) for column in COLUMNS])


def test_reads_who_bought_what_and_when() -> None:
    record = read(Order_Number="510", License_Key="AAAA-BBBB")

    assert record.reference == "510"
    assert record.ordered_at == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert record.buyer.email == "anna@example.com"
    assert (record.lines[0].product_ref, record.lines[0].variant) == ("clipcutter", "(Windows)")
    assert record.lines[0].codes == ("AAAA-BBBB",)
    assert record.payment.paid


def test_spellings_of_one_address_become_one() -> None:
    spellings = ("ANNA@EXAMPLE.COM", " anna@example.com", "Anna@Example.Com ")

    assert {read(**{"Purchase Email": spelling}).buyer.email for spelling in spellings} == {
        "anna@example.com"
    }


def test_a_gift_belongs_to_its_receiver_while_consent_stays_with_the_buyer() -> None:
    record = read(**{"Giftee Email": "Friend@example.org", "Do not contact?": "1"})

    assert record.receiver
    assert record.owner.email == "friend@example.org"
    assert record.buyer.email == "anna@example.com"
    assert (record.buyer.consent, record.receiver.consent) == (False, None)
    assert record.lines[0].registered_name == ""


def test_keys_go_to_the_purchase_address_not_to_the_account() -> None:
    record = read(**{"Buyer Email": "account@example.net"})

    assert record.owner.email == "anna@example.com"
    assert ("account", "account@example.net") in record.references


def test_a_bad_account_address_spoils_nothing() -> None:
    assert [kind for kind, _ in read(**{"Buyer Email": "not one"}).references] == ["sale"]


@pytest.mark.parametrize(("cell", "consent"), [("0", True), ("1", False), ("", None)])
def test_do_not_contact_is_what_the_buyer_agreed_to(cell: str, consent: bool | None) -> None:
    assert read(**{"Do not contact?": cell}).buyer.consent is consent


def test_a_full_refund_is_of_all_units() -> None:
    payment = read(**{"Refunded?": "1", "Fully Refunded?": "1", "Quantity": "5"}).payment

    assert (payment.refunded, payment.refunds) == (True, ())


@pytest.mark.parametrize(("refund", "units"), [("39.0", 1), ("78.0", 2), ("10.0", 0), ("39.01", 0)])
def test_a_partial_refund_is_so_many_units_only_when_it_pays_them_exactly(refund: str, units: int) -> None:
    payment = read(**{"Partial Refund ($)": refund, "Quantity": "5", "Sale Price ($)": "195.0"}).payment

    assert (payment.refunded, payment.refunds) == (False, (Refund(units),))


def test_money_back_on_a_single_copy_takes_no_unit() -> None:
    assert read(**{"Partial Refund ($)": "5.0"}).payment.refunds == (Refund(0),)


def test_a_dispute_that_was_won_was_one() -> None:
    payment = read(**{"Disputed?": "0", "Dispute Won?": "1"}).payment

    assert (payment.disputed, payment.won) == (True, True)


def test_a_preorder_is_not_paid_yet() -> None:
    assert not read(**{"Pre-order authorization?": "1"}).payment.paid


def test_line_breaks_and_tabs_in_a_name_become_spaces() -> None:
    assert read(**{"Buyer Name": " Rosa\n Lind\t(studio) "}).buyer.name == "Rosa Lind (studio)"


@pytest.mark.parametrize("name", ["=SUM(A1)", "+Max", "@home", "-Eve"])
def test_names_like_formulas_are_kept_as_they_are(name: str) -> None:
    assert read(**{"Buyer Name": name}).buyer.name == name


def test_the_vendors_own_company_field_is_understood() -> None:
    assert read(Company="Lantern Films Ltd").buyer.company == "Lantern Films Ltd"


def test_a_multi_line_code_keeps_its_lines() -> None:
    code = "-----BEGIN-----\nabc\n-----END-----"

    assert read(**{"License Key": code}).lines[0].codes == (code,)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Purchase Email", "not an address"),
        ("Purchase Email", ""),
        ("Purchase Email", "a@example.com, b@example.com"),
        ("Giftee Email", "nobody"),
        ("Purchase Date", "01/03/2024"),
        ("Purchase Date", ""),
        ("Quantity", "0"),
        ("Quantity", "-1"),
        ("Quantity", "1.5"),
        ("Quantity", "10001"),
        ("Quantity", "²"),
        ("Order Number", ""),
        ("Purchase ID", ""),
        ("Product ID", "x" * 201),
        ("Refunded?", "maybe"),
        ("Partial Refund ($)", "NaN"),
        ("Partial Refund ($)", "a lot"),
        ("Partial Refund ($)", "1e999999"),
        ("Partial Refund ($)", "1e-99999"),
        ("License Key", "---"),
        ("License Key", "AB\x07CD"),
    ],
)
def test_rejects_a_row_and_names_the_column(column: str, value: str) -> None:
    with pytest.raises(RowRejected) as rejected:
        read(**{column: value})

    assert rejected.value.column == column


@pytest.mark.parametrize("price", ["1e999999", "1e-99999", "1E+400"])
def test_rejects_a_price_that_nobody_can_reckon_with(price: str) -> None:
    with pytest.raises(RowRejected):
        read(**{"Quantity": "3", "Partial Refund ($)": "13", "Sale Price ($)": price})


def test_rejects_a_moment_beyond_the_calendar() -> None:
    with pytest.raises(RowRejected):
        read(**{"Purchase Date": "9999-12-31", "Purchase Time (UTC timezone)": "23:59:59-23:59"})


def test_a_rejection_never_repeats_what_stood_in_the_cell() -> None:
    with pytest.raises(RowRejected) as rejected:
        read(**{"Purchase Email": "secret name"})

    assert "secret" not in str(rejected.value)


def test_a_charge_of_a_membership_ends_with_nothing_that_the_file_says() -> None:
    """How it is paid now is not how long this charge paid for, and instalments look the same."""
    [sold] = read(**{"Recurrence": "monthly", "Subscription End Date": "2024-04-01"}).lines

    assert (sold.subscription, sold.paid_until) == ("", None)
