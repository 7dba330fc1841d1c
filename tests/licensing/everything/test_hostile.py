"""An export that somebody tampered with: refused in one sentence, whatever it holds, and nothing of it is on file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DataError

from licensing.everything.cells import NotThatKind, read_json, read_moment, read_number
from licensing.everything.loading import said_of
from licensing.everything.tables import everything, read_kept_codes
from licensing.intake.encoding import FileRefused
from licensing.models import Customer

A_CUSTOMER = {"id": "0190a0b1-0000-7000-8000-000000000001", "created_at": "2026-01-31T12:00:00+00:00"}


def archive(folder: Path, **customer: str) -> Path:
    """An export of one customer."""
    path = folder / "out.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as made:
        for table in everything():
            out = io.StringIO()
            csv.writer(out).writerow(table.header)
            if table.name == "customers":
                csv.writer(out).writerow([(A_CUSTOMER | customer).get(name, "") for name in table.header])
            made.writestr(f"{table.name}.csv", out.getvalue())
    return path


@pytest.mark.parametrize("text", ["9" * 5_000, "-" + "9" * 5_000, "--1", "1e9"], ids=lambda text: text[:5])
def test_a_number_that_no_column_holds_is_none(text: str) -> None:
    with pytest.raises(NotThatKind):
        read_number(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "infinity"])
def test_a_moment_that_no_calendar_has_is_none(text: str) -> None:
    with pytest.raises(NotThatKind):
        read_moment(text)


def test_what_is_nested_beyond_all_reading_is_no_json() -> None:
    with pytest.raises(NotThatKind):
        read_json("[" * 200_000)
    with pytest.raises(NotThatKind):
        read_kept_codes("[" * 200_000, {}, None)  # type: ignore[arg-type]  # needs neither row nor forms


@pytest.mark.django_db(transaction=True)
def test_one_such_customer_is_taken(tmp_path: Path) -> None:
    call_command("import_everything", archive(tmp_path, full_name="Anna"))

    assert Customer.objects.get().full_name == "Anna"


def test_a_value_that_its_column_cannot_hold_is_refused_without_showing_it() -> None:
    with (
        pytest.raises(
            FileRefused, match="customers: it holds a value that its column cannot hold"
        ) as refusal,
        said_of("customers"),
    ):
        raise DataError("value too long for type character varying(20), secret")

    assert "secret" not in str(refusal.value)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("what", "instead"),
    [
        (b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"),
        (b"stores.csv", b"stores.cs\xff"),
    ],
    ids=["encrypted", "renamed within"],
)
def test_a_damaged_archive_is_refused_in_one_sentence(tmp_path: Path, what: bytes, instead: bytes) -> None:
    path = archive(tmp_path)
    octets = path.read_bytes()
    assert what in octets
    path.write_bytes(octets.replace(what, instead))

    with pytest.raises(CommandError, match=r"Nothing was imported"):
        call_command("import_everything", path)
