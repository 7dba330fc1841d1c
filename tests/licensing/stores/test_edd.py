"""What one row of an Easy Digital Downloads orders export says."""

import csv
from datetime import UTC, datetime

import pytest

from licensing.intake.detect import detect
from licensing.intake.record import Party, Payment, PurchaseRecord, Refund, RowRejected, SoldLine
from licensing.intake.stores.edd import EXPORT
from tests.licensing.stores.samples import sample

HEADER, *ROWS = csv.reader(sample("edd-orders.csv").decode("utf-8-sig").splitlines())
CLIP = SoldLine("Clip Cutter", "", "Clip Cutter", 1)


def read(number: int = 0, /, **cells: str) -> PurchaseRecord:
    """A recorded row, with these cells changed; `cells` by column, with _ for spaces."""
    said = dict(zip(HEADER, ROWS[number], strict=True))
    said |= {name if name in said else name.replace("_", " "): value for name, value in cells.items()}
    return EXPORT.reader(HEADER)([said[column] for column in HEADER])


def sold(raw: str, verbose: str = "") -> list[tuple[str, str, int]]:
    lines = read(**{"Products (Raw)": raw, "Products (Verbose)": verbose}).lines
    return [(line.product_ref, line.variant, line.quantity) for line in lines]


def test_an_order_is_told_in_full() -> None:
    assert read() == PurchaseRecord(
        reference="101",
        ordered_at=datetime(2024, 3, 1, 10, tzinfo=UTC),
        buyer=Party("anna@example.com", "Anna Example", mailing_address="Musterweg 1\nBerlin\n10115\nBE\nDE"),
        lines=(CLIP,),
        payment=Payment(),
        references=(
            ("number", "EDD-101"),
            ("transaction", "ch_sample_0001"),
            ("purchase_key", "0123456789abcdef0123456789abcdef"),
        ),
    )


def test_titles_may_hold_what_stands_between_items() -> None:
    assert [(line.product_ref, line.variant, line.quantity) for line in read(1).lines] == [
        ("Clip Cutter", "1", 3),
        ("Slides / Notes | Pro", "", 1),
    ]


@pytest.mark.parametrize(
    ("raw", "items"),
    [
        ("A|5{0}", [("A", "", 1)]),
        ("A|5.00{0.95}{}", [("A", "", 1)]),
        ("A|5{0}{0}", [("A", "0", 1)]),
        ("A|5{0}{1} / A|5{0}{2}", [("A", "1", 1), ("A", "2", 1)]),
        ("A|5{0}{} / A|5{0}{}", [("A", "", 2)]),
        ("A|B|5{0}{} / C / D|1{0}{}", [("A|B", "", 1), ("C / D", "", 1)]),
        ("A {2} | 3|5{0}{}", [("A {2} | 3", "", 1)]),
        ("A|{}{}", [("A", "", 1)]),
        ("A|-5.5{-0.1}{3}", [("A", "3", 1)]),
    ],
)
def test_reads_the_list_of_products(raw: str, items: list[tuple[str, str, int]]) -> None:
    assert sold(raw) == items


@pytest.mark.parametrize(
    ("raw", "verbose", "items"),
    [
        ("A|5{0}{}", "A (4) - $5.00", [("A", "", 4)]),
        ("A (2)|5{0}{}", "A (2) - $5.00", [("A (2)", "", 1)]),
        ("A (2)|5{0}{}", "A (2) (3) - $5.00", [("A (2)", "", 3)]),
        ("A|5{0}{1} / B|6{0}{}", "A (4) - Mac - $5.00 / B (2) - $6.00", [("A", "1", 4), ("B", "", 2)]),
        ("A|5{0}{} / A|5{0}{}", "A (2) - $5.00 / A (3) - $5.00", [("A", "", 5)]),
        ("A|5{0}{} / B|6{0}{}", "something else", [("A", "", 1), ("B", "", 1)]),
        ("A|5{0}{}", "A (0) - $5.00", [("A", "", 1)]),
    ],
)
def test_quantities_stand_in_the_verbose_list(
    raw: str, verbose: str, items: list[tuple[str, str, int]]
) -> None:
    assert sold(raw, verbose) == items


def test_backslashes_and_guards_of_the_writer_are_taken_off() -> None:
    assert read(1).buyer.email == "o'brien@example.com"
    assert read(1).buyer.name == "Pat O'Brien"
    assert read(2).buyer.name == "=Max"
    assert read(Customer_Name="A\\\\B \\'C\\' D\\0").buyer.name == "A\\B 'C' D"


@pytest.mark.parametrize(
    ("number", "payment"),
    [
        (2, Payment(refunds=(Refund(2),))),
        (3, Payment(refunded=True)),
        (4, Payment(paid=False)),
    ],
    ids=["partially_refunded", "refunded", "pending"],
)
def test_the_status_says_what_became_of_the_payment(number: int, payment: Payment) -> None:
    assert read(number).payment == payment


@pytest.mark.parametrize("status", ["failed", "abandoned", "processing", "on_hold"])
def test_what_was_never_paid_is_not_paid(status: str) -> None:
    assert not read(Status=status).payment.paid


@pytest.mark.parametrize("status", ["complete", "publish", "edd_subscription", "Complete "])
def test_what_was_paid_is_paid(status: str) -> None:
    assert read(Status=status).payment == Payment()


def test_revoked_takes_everything_back() -> None:
    assert read(Status="revoked").payment.refunded


@pytest.mark.parametrize(
    ("paid", "back", "units"),
    [
        ("195.00", "39.00", 1),
        ("195,00", "78,00", 2),
        ("1,950.00", "390.00", 1),
        ("1.950,00", "1.170,00", 3),
        ("1 950,00 €", "390 €", 1),
        ("$195", "$40.00", 0),
        ("195.00", "390.00", 0),
    ],
)
def test_a_part_refunded_is_so_many_units_in_every_way_of_writing_amounts(
    paid: str, back: str, units: int
) -> None:
    assert read(2, Amount=paid, Refunded=back).payment.refunds == (Refund(units),)


def test_a_part_refunded_of_several_products_takes_no_unit() -> None:
    assert read(1, Refunded="9.00", Status="partially_refunded").payment.refunds == (Refund(0),)


def test_a_test_order_is_one() -> None:
    assert [read(number).test for number in range(6)] == [False] * 5 + [True]


def test_a_file_in_english_is_known_by_its_columns() -> None:
    assert detect(HEADER)[0] == ("edd", EXPORT)
    assert not detect(["Bestell-ID", *HEADER[1:]])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("Order ID", ""),
        ("Email", "nobody"),
        ("Email", ""),
        ("Date", "March 1, 2024"),
        ("Date", ""),
        ("Status", "paid"),
        ("Status", ""),
        ("Mode (Live|Test)", "maybe"),
        ("Products (Raw)", ""),
        ("Products (Raw)", "Clip Cutter"),
        ("Products (Raw)", "Clip Cutter|5{0}{} and more"),
        ("Products (Raw)", "|5{0}{}"),
        ("Products (Raw)", "x" * 201 + "|5{0}{}"),
        ("Amount", "a lot"),
        ("Amount", "-5"),
        ("Refunded", "1e999"),
        ("Refunded", "9" * 50),
        ("Refunded", "\u0663"),
        ("Transaction ID", "x" * 201),
    ],
)
def test_rejects_a_row_and_names_the_column(column: str, value: str) -> None:
    with pytest.raises(RowRejected) as rejected:
        read(2, **{column: value})

    assert rejected.value.column == column


def test_an_absurd_quantity_is_rejected() -> None:
    with pytest.raises(RowRejected):
        sold("A|5{0}{} / A|5{0}{}", "A (9999) - $5.00 / A (9999) - $5.00")


def test_a_cell_that_never_ends_is_read_at_once() -> None:
    for raw in ("A|5{0}" * 20_000, "|" * 100_000, "A|" + "1" * 100_000, " / " * 40_000):
        with pytest.raises(RowRejected):
            sold(raw)
