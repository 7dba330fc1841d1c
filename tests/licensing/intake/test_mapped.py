"""Files of no known kind: read by a map of their columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from licensing.addresses import MESSAGES
from licensing.intake.encoding import FileRefused
from licensing.intake.mapped.export import MappedExport
from licensing.intake.mapped.guess import guessed
from licensing.intake.mapped.maps import MapRefused, read_map, saved_for, written
from licensing.intake.mapped.values import amount, likely_form, moment
from licensing.intake.record import PurchaseRecord, Refund, RowRejected
from licensing.intake.run import import_file
from licensing.intake.stores.cells import ADDRESS_WORDS
from licensing.models import ColumnMap, ImportRun, Purchase, PurchaseReference, Store
from tests import factories

HEADER = ("Order ID", "Date", "E-mail", "Item", "Qty", "Key", "Paid", "Total", "Refunded", "Payment")
MAP = {
    "order": "Order ID",
    "ordered_at": "Date",
    "email": "E-mail",
    "product": "Item",
    "quantity": "Qty",
    "codes": "Key",
    "paid": "Paid",
    "amount": "Total",
    "amount_refunded": "Refunded",
    "transaction": "Payment",
}
SAID = "order=Order ID,ordered_at=Date,email=E-mail,product=Item,quantity=Qty,codes=Key"


def row(**cells: str) -> list[str]:
    usual = {"Order": "A-1", "Date": "2024-05-31", "Email": "anna@example.com", "Item": "clip", "Qty": "1"}
    rest = {"Key": "AAAA-1111", "Paid": "paid", "Total": "29.00", "Refunded": "", "Payment": "txn_1"}
    return [*(usual | rest | cells).values()]


def read(columns: dict[str, str] | None = None, **cells: str) -> PurchaseRecord:
    told = MappedExport(MAP | (columns or {})).reader(HEADER)(row(**cells))
    assert isinstance(told, PurchaseRecord)
    return told


def rejected(columns: dict[str, str] | None = None, **cells: str) -> tuple[str, str]:
    with pytest.raises(RowRejected) as refusal:
        read(columns, **cells)
    return refusal.value.column, refusal.value.reason


def a_file(folder: Path, *rows: list[str], header: tuple[str, ...] = HEADER, delimiter: str = ",") -> Path:
    path = folder / "sales.csv"
    path.write_text("\n".join(delimiter.join(cells) for cells in (header, *rows)) + "\n")
    return path


def imported(path: Path, columns: dict[str, str] | None = None, store: Store | None = None) -> ImportRun:
    return import_file(
        path,
        store=store or factories.store(kind="csv"),
        columns=MAP if columns is None else columns,
        reading=lambda done, of: None,
        applying=lambda done, of: None,
    )


@pytest.mark.parametrize(
    ("form", "value", "hour"),
    [
        ("ISO", "2024-05-31", 0),
        ("ISO", "2024-05-31 18:30:00", 18),
        ("ISO", "2024-05-31T18:30:00Z", 18),
        ("ISO", "2024-05-31T20:30:00+02:00", 18),
        ("DD.MM.YYYY", "31.05.2024", 0),
        ("DD.MM.YYYY", "31.5.2024 18:30", 18),
        ("MM/DD/YYYY", "05/31/2024 6:30 PM", 18),
        ("MM/DD/YYYY", "5/31/2024 12:05 AM", 0),
        ("DD/MM/YYYY", "31/05/2024 18:30:00", 18),
        ("unix", "1717180200", 18),
    ],
)
def test_reads_dates_in_five_forms(form: str, value: str, hour: int) -> None:
    found = moment(value, "Date", form=form)

    assert found.date() == datetime(2024, 5, 31, tzinfo=UTC).date()
    assert found.hour == hour


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("ISO", "31.05.2024"),
        ("ISO", "0001-01-01"),
        ("ISO", "9999-12-31"),
        ("DD.MM.YYYY", "31.02.2024"),
        ("DD.MM.YYYY", "31/05/2024"),
        ("MM/DD/YYYY", "31/05/2024"),
        ("MM/DD/YYYY", "05/31/2024 13:00 PM"),
        ("unix", "99999999999999"),
        ("unix", "-5"),
        ("ISO", "yesterday"),
    ],
)
def test_rejects_what_is_no_date_of_that_form(form: str, value: str) -> None:
    with pytest.raises(RowRejected, match="is not a date"):
        moment(value, "Date", form=form)


def test_the_form_of_dates_is_told_by_most_of_them() -> None:
    assert likely_form(["31.12.2024", "no date", "1.2.2024"]) == "DD.MM.YYYY"
    assert likely_form(["3/4/2024", "25/12/2024"]) == "DD/MM/YYYY"
    assert likely_form(["3/4/2024"]) == "MM/DD/YYYY"
    assert likely_form([]) == "ISO"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("", "0"),
        ("29", "29"),
        ("29.00", "29"),
        ("29,00", "29"),
        ("1,234.50", "1234.5"),
        ("1.234,50 €", "1234.5"),
        ("1,234,567", "1234567"),
        ("$12.5", "12.5"),
        ("USD 12", "12"),
        ("-5", "-5"),
        ("(5.00)", "-5"),
    ],
)
def test_reads_amounts_as_people_write_them(value: str, number: str) -> None:
    assert amount(value, "Total") == Decimal(number)


@pytest.mark.parametrize("value", ["abc", "1e9", "12 apples", "NaN", "--5", "9" * 30, "٣"])
def test_rejects_what_is_no_amount(value: str) -> None:
    with pytest.raises(RowRejected, match="is not an amount"):
        amount(value, "Total")


@pytest.mark.parametrize("filling", [" ", "\t", " ' ", "1 "], ids=["spaces", "tabs", "quotes", "digits"])
def test_a_cell_full_of_nothing_keeps_nobody_busy(filling: str) -> None:
    """Of 2,000 spaces the pattern tried every way to share them out: 25 seconds, and eight times that for 4,000."""
    with pytest.raises(RowRejected, match="is not an amount"):
        amount(f"1{filling * 60_000}x!", "Total")


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "two", "10001", "1e3"])
def test_rejects_a_quantity_that_is_none(value: str) -> None:
    assert rejected(Qty=value)[0] == "Qty"


def test_a_quantity_may_be_as_a_spreadsheet_writes_it() -> None:
    assert read(Qty="2.0").lines[0].quantity == 2
    assert read(Qty="").lines[0].quantity == 1


def test_rejects_an_order_of_the_future() -> None:
    tomorrow, later = (datetime.now(UTC) + timedelta(days=days) for days in (1, 4))

    assert read(Date=tomorrow.isoformat()).ordered_at == tomorrow
    assert rejected(Date=later.isoformat()) == (
        "Date", "is in the future: is the form of the dates right?"
    )  # fmt: skip


def test_says_in_words_why_an_address_is_none() -> None:
    for code in MESSAGES:
        assert ADDRESS_WORDS[code]
    assert rejected(Email="jürgen@example.com")[1].endswith("(it has letters beyond ASCII before the @)")


def test_rejects_a_refund_in_a_row_of_its_own() -> None:
    assert rejected(Total="-29.00")[0] == "Total"


def test_several_codes_of_one_cell() -> None:
    assert read(Key="AAAA-1111; BBBB-2222").lines[0].codes == ("AAAA-1111", "BBBB-2222")
    assert read({"separator": "/"}, Key="AAAA-1111 / BBBB-2222").lines[0].codes == ("AAAA-1111", "BBBB-2222")
    assert read({"separator": "space"}, Key="AAAA-1111 BBBB").lines[0].codes == ("AAAA-1111", "BBBB")


def test_only_words_that_mean_yes_are_paid() -> None:
    assert read(Paid="Paid").payment.paid
    assert not read(Paid="pending").payment.paid
    assert read({"paid_words": "erledigt"}, Paid="Erledigt").payment.paid
    assert not read({"paid_no_words": "erledigt"}, Paid="erledigt").payment.paid


@pytest.mark.parametrize(
    ("yes", "no"),
    [("ja", "nein"), ("Bezahlt", "offen"), ("oui", "non"), ("payé", "en attente"), ("sí", "no"), ("sì", "no"),
     ("Pagato", "in sospeso"), ("pagado", "pendiente"), ("betaald", "nee")],
)  # fmt: skip
def test_yes_and_no_are_known_in_five_languages(yes: str, no: str) -> None:
    assert read(Paid=yes).payment.paid
    assert not read(Paid=no).payment.paid


@pytest.mark.parametrize("field", ["paid", "refunded", "disputed", "test", "consent"])
def test_a_word_that_nobody_has_explained_rejects_its_row(field: str) -> None:
    columns = {"paid": "Total", "amount": "Refunded", field: "Paid"}

    column, reason = rejected(columns, Paid="vielleicht", Total="", Refunded="")

    assert (column, reason) == (
        "Paid", "“vielleicht” is not known to mean yes, nor no: say what it means"
    )  # fmt: skip


def test_what_is_no_word_is_not_repeated_in_the_reason() -> None:
    for value in ("eve@example.com", "AAAA-1111-BBBB", "=HYPERLINK(1)", "x" * 40):
        assert rejected(Paid=value)[1].startswith("what it says is not known")


@pytest.mark.parametrize(
    ("back", "whole", "units"),
    [("", False, None), ("58.00", True, None), ("29.00", False, 1), ("10.00", False, 0)],
)
def test_money_back_is_of_the_order_or_of_so_many_units(back: str, whole: bool, units: int | None) -> None:
    payment = read(Qty="2", Total="58.00", Refunded=back).payment

    assert payment.refunded is whole
    assert payment.refunds == (() if units is None else (Refund(units, "clip"),))


@pytest.mark.django_db
def test_rows_of_one_order_become_one_purchase(tmp_path: Path) -> None:
    path = a_file(
        tmp_path, row(), row(Item="disc", Key="DDDD-1111", Payment="txn_2"), row(Order="A-2", Key="BBBB")
    )

    run = imported(path)

    assert (run.rows, run.outcomes) == (2, {"unplaced": 2})
    purchase = Purchase.objects.get(reference="A-1")
    assert [line.product_ref for line in purchase.lines.order_by("position")] == ["clip", "disc"]
    assert set(PurchaseReference.objects.filter(purchase=purchase).values_list("value", flat=True)) == {
        "txn_1",
        "txn_2",
    }


@pytest.mark.django_db
def test_further_rows_of_an_order_may_leave_out_what_the_first_one_says(tmp_path: Path) -> None:
    imported(a_file(tmp_path, row(), row(Date="", Email="", Item="disc", Key="DDDD-1111", Paid="")))

    purchase = Purchase.objects.get()
    assert purchase.lines.count() == 2
    assert purchase.paid_at


@pytest.mark.django_db
def test_rejects_an_order_of_two_buyers_as_a_whole(tmp_path: Path) -> None:
    run = imported(
        a_file(tmp_path, row(), row(Email="eve@example.com", Key="EEEE"), row(Order="A-2", Key="BBBB"))
    )

    assert run.outcomes == {"rejected": 2, "unplaced": 1}
    rejects = run.staged.filter(outcome="rejected").order_by("number")
    assert {each.reason for each in rejects} == {"rows of one order have different buyers"}
    assert [each.number for each in rejects] == [2, 3]


@pytest.mark.django_db
def test_rejects_the_whole_order_where_one_of_its_rows_is_bad(tmp_path: Path) -> None:
    run = imported(a_file(tmp_path, row(), row(Qty="none", Key="DDDD")))

    reasons = list(run.staged.order_by("number").values_list("reason", flat=True))
    assert reasons[0] == "belongs to the same order as row 3, which is rejected"
    assert reasons[1].startswith("must be a whole number")
    assert not Purchase.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("delimiter", [";", "\t", "|"], ids=["semicolon", "tab", "bar"])
def test_columns_may_be_apart_by_other_signs(tmp_path: Path, delimiter: str) -> None:
    run = imported(a_file(tmp_path, row(), delimiter=delimiter))

    assert run.outcomes == {"unplaced": 1}


@pytest.mark.django_db
def test_card_numbers_go_but_an_order_reference_stays(tmp_path: Path) -> None:
    columns = MAP | {"name": "Name"}
    number = "4111111111111111"
    path = a_file(tmp_path, [*row(Order=number), number], header=(*HEADER, "Name"))

    run = imported(path, columns)

    purchase = Purchase.objects.get()
    assert (run.cards_removed, purchase.reference) == (1, number)
    assert purchase.buyer
    assert number not in purchase.buyer.full_name


def test_guesses_what_columns_are_by_their_names() -> None:
    header = ["Order ID", "Created at", "Customer E-mail", "Product name", "License key", "Shipping"]

    found = guessed(header, [["1", "31.12.2024", "a@example.com", "Clip", "K", ""]])

    assert found == {
        "order": "Order ID",
        "ordered_at": "Created at",
        "email": "Customer E-mail",
        "product": "Product name",
        "codes": "License key",
        "dates": "DD.MM.YYYY",
    }


def test_guesses_a_german_file() -> None:
    header = [
        "Bestell-Nr.",
        "Kaufdatum",
        "Kunden-Mail",
        "Artikelnr",
        "Stk",
        "Schlüssel",
        "Vorname",
        "Nachname",
        "Bezahlt?",
    ]

    found = guessed(
        header, [["1", "31.12.2024 18:30", "a@example.com", "C", "1", "K", "Anna", "Muster", "ja"]]
    )

    fields = ("order", "ordered_at", "email", "product", "quantity", "codes", "name", "last_name", "paid")
    assert found == dict(zip(fields, header, strict=True)) | {"dates": "DD.MM.YYYY"}


def test_guesses_by_what_stands_in_the_rows_where_a_name_says_nothing() -> None:
    rows = [
        ["a@example.com", "x", "31.12.2024", "AAAA-1111-BBBB"],
        ["b@example.com", "20240101", "1.2.2024", ""],
    ]

    found = guessed(["Wer", "Was", "Wann", "Womit"], rows)

    assert found == {"email": "Wer", "ordered_at": "Wann", "codes": "Womit", "dates": "DD.MM.YYYY"}


@pytest.mark.django_db
def test_the_command_says_what_a_map_needs_and_what_the_file_has(tmp_path: Path) -> None:
    path = a_file(tmp_path, ["a@example.com", "x"], header=("Wer", "Was"))

    with pytest.raises(
        CommandError, match=r"It has: Wer, Was\. Needed are: order \(order reference\), ordered_at"
    ) as told:
        command(path)
    assert "The guess lacks order, ordered_at, product." in str(told.value)


def test_a_map_reads_back_as_it_was_written() -> None:
    columns = MAP | {"product": 'Item, or "thing"', "dates": "DD/MM/YYYY", "separator": ","}

    assert read_map(written(columns)) == columns


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("order=A", "Say which column is: ordered on"),
        (f"{SAID},colour=Red", "no field 'colour'"),
        (f"{SAID},dates=someday", "dates must be one of"),
        ("order", "is not a field"),
    ],
)
def test_refuses_a_map_that_cannot_be_used(said: str, words: str) -> None:
    with pytest.raises(MapRefused, match=words):
        read_map(said)


@pytest.mark.django_db
def test_refuses_a_file_without_a_column_of_its_map(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="has no column 'Order ID'"):
        imported(a_file(tmp_path, row(), header=("Number", *HEADER[1:])))


def command(path: Path, *options: str) -> None:
    call_command("import_purchases", str(path), "--store", "own", *options)


@pytest.mark.django_db
def test_says_that_rows_of_one_order_were_counted_as_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_file(tmp_path, row(), row(Item="disc", Key="DDDD-1111"), row(Order="A-2", Key="BBBB-2222"))

    command(path, "--map", SAID, "--dry-run")
    assert "2 orders\n" in capsys.readouterr().out

    call_command("imports", "show")
    assert "tried, nothing changed: 2 of 2 orders" in capsys.readouterr().out


@pytest.mark.django_db
def test_lists_what_was_made_for_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_file(tmp_path, row())

    command(path, "--map", SAID, "--create-editions")
    assert "Made for clip: clip-any" in capsys.readouterr().out

    command(path, "--map", SAID, "--create-editions")
    assert "Made for" not in capsys.readouterr().out


@pytest.mark.django_db
def test_the_way_for_other_files_is_named_where_a_shop_has_exports(tmp_path: Path) -> None:
    factories.store(kind="gumroad", name="own")

    with pytest.raises(CommandError, match=r"has no column .* comes in with --map"):
        command(a_file(tmp_path, row()))


@pytest.mark.django_db
def test_a_map_that_was_kept_is_used_by_itself(tmp_path: Path) -> None:
    command(a_file(tmp_path, row()), "--map", SAID, "--save-map", "Sales file")
    command(a_file(tmp_path, row(Order="A-2", Key="BBBB-2222")))

    assert ColumnMap.objects.get().title == "Sales file"
    assert Purchase.objects.count() == 2
    assert saved_for(Store.objects.get(), HEADER)["order"] == "Order ID"


@pytest.mark.django_db
def test_a_map_is_used_by_its_title(tmp_path: Path) -> None:
    command(a_file(tmp_path, row()), "--map", SAID, "--save-map", "Sales file")

    with pytest.raises(CommandError, match=r"no saved map 'Other'\. It has: 'Sales file'"):
        command(a_file(tmp_path, row()), "--use-map", "Other")
    command(a_file(tmp_path, row(Order="A-2", Key="BBBB-2222")), "--use-map", "Sales file")

    assert Purchase.objects.count() == 2


@pytest.mark.django_db
def test_a_file_that_nobody_explained_shows_a_guess_and_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--map 'order=Order ID,ordered_at=Date,email=E-mail,product=Item"):
        command(a_file(tmp_path, row()))

    assert not ImportRun.objects.exists()
