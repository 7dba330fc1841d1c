"""Everything out, into an empty database under other keys, and out again: the same octets."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db.models import Model

from licensing.everything import kinds
from licensing.everything.tables import everything
from licensing.intake.placing import open_codes
from licensing.keys.sealed import content_of, with_code
from licensing.models import Edition, KeyState, PurchaseLine, RegistrationKey
from recovery.models import Exchange
from tests import factories
from tests.licensing.everything.history import LICENCE_FILE, lived

pytestmark = pytest.mark.django_db(transaction=True)


def octets_of(path: Path) -> dict[str, bytes]:
    """By name: one file, or all in a folder."""
    return {each.name: each.read_bytes() for each in (path.iterdir() if path.is_dir() else [path])}


def elsewhere(settings: LazySettings) -> None:
    """An empty database, whose secrets are others."""
    call_command("flush", interactive=False, verbosity=0)
    settings.ENCRYPTION_KEYS = {"there": hashlib.sha256(b"encryption there").digest()}
    settings.FINGERPRINT_KEYS = {"b": hashlib.sha256(b"fingerprints there").digest()}


def state() -> dict[str, list[dict[str, Any]]]:
    """Every row as the models have it; what is sealed, opened, and without what depends on keys."""
    return {
        table.name: [plain(row) for row in table.model._default_manager.order_by("pk")]
        for table in everything()
    }


def plain(row: Model) -> dict[str, Any]:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    if isinstance(row, RegistrationKey):
        values = {name: value for name, value in values.items() if not name.startswith("fingerprint")}
        values["sealed"] = content_of(row)
    if isinstance(row, PurchaseLine) and row.sealed_code:
        values["sealed_code"] = open_codes(str(row.pk), bytes(row.sealed_code))
    if isinstance(row, Exchange):
        del values["request_id"]
    return {name: bytes(each) if isinstance(each, memoryview) else each for name, each in values.items()}


@pytest.mark.parametrize("name", ["out", "out.zip", "out.xlsx"])
def test_what_was_exported_and_imported_is_the_same_and_is_exported_the_same(
    name: str, tmp_path: Path, settings: LazySettings
) -> None:
    lived()
    before = state()
    call_command("export_everything", tmp_path / name)
    elsewhere(settings)

    call_command("import_everything", tmp_path / name)

    (tmp_path / "again").mkdir()
    call_command("export_everything", tmp_path / "again" / name)
    first, second = octets_of(tmp_path / name), octets_of(tmp_path / "again" / name)
    assert state() == before
    assert [name for name in first.keys() | second.keys() if first.get(name) != second.get(name)] == []
    assert [name for name, rows in before.items() if not rows] == []


def test_codes_and_files_are_sealed_and_found_with_the_new_keys(
    tmp_path: Path, settings: LazySettings
) -> None:
    edition = factories.edition(sku="E")
    factories.key(edition=edition, code="ABCD-EFGH-0001")
    lived()
    kinds.write(tmp_path / "out.zip")
    elsewhere(settings)

    call_command("import_everything", tmp_path / "out.zip")

    edition = Edition.objects.get(sku="E")
    found = with_code("abcd efgh 0001", edition=edition).get()
    assert content_of(found) == b"ABCD-EFGH-0001"
    assert found.fingerprint_a is None
    assert content_of(RegistrationKey.objects.get(file_name="=licence.lic")) == LICENCE_FILE
    assert RegistrationKey.objects.filter(state=KeyState.RETIRED).exists()
