"""What is done with shops and files is done and recorded, or neither: also where the process dies in between."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from licensing.admin import imports
from licensing.audit.sealing import opened
from licensing.console import noted, trials, uploading
from licensing.models import AuditEntry, ColumnMap, Connection, ImportPart, ImportRun, ImportState, Store
from tests import factories
from tests.console.shops import connection, deed
from tests.licensing.intake.sales import order, text_of

pytestmark = pytest.mark.django_db
FILE: dict[str, Any] = {"file_name": "sales.csv", "uploaded": True, "kind": "gumroad"}
UPLOAD = "console:licensing_importrun_upload"


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "wake", lambda: None)


@pytest.fixture
def unrecorded(support: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody with every right, whose deeds cannot be recorded."""

    def fails(*args: object, **kwargs: object) -> None:
        raise OperationalError("the process died here")

    monkeypatch.setattr(noted, "record", fails)
    support.raise_request_exception = False
    return support


def uploaded(client: Client, **fields: str) -> int:
    file = SimpleUploadedFile("sales.csv", text_of(order()).encode())
    return int(client.post(reverse(UPLOAD), {**fields, "file": file}).status_code)


def actions() -> list[str]:
    deeds = AuditEntry.objects.exclude(action__startswith="staff.").order_by("id")
    return list(deeds.values_list("action", flat=True))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("pause", {}),
        ("address", {}),
        ("settings", {"name": "other"}),
        ("secret", {"secret": "another", "keep": "0"}),
    ],
)
def test_a_connection_stays_as_it_is(unrecorded: Client, name: str, form: dict[str, str]) -> None:
    row = connection()
    before = Connection.objects.filter(pk=row.pk).values().get()

    deed(unrecorded, row, name, **form)

    assert Connection.objects.filter(pk=row.pk).values().get() == before


def test_no_shop_is_connected(unrecorded: Client) -> None:
    address = reverse("console:licensing_connection_add") + "?kind=gumroad"

    unrecorded.post(address, {"name": "live", "store_name": "ours", "store_title": "Ours"})

    assert (Connection.objects.count(), Store.objects.count()) == (0, 0)


def test_a_trial_is_recorded_before_it_begins_and_as_it_ended(
    support: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licensing.admin.connection_deeds.try_sample", dies)
    support.raise_request_exception = False
    row = connection()
    deed(support, row, "try")
    assert actions()[:2] == ["connection.trial_begun", "connection.tried"]

    monkeypatch.setattr("licensing.admin.connection_deeds.try_sample", trials.try_sample)
    deed(support, row, "try")
    ended = [opened(each) for each in AuditEntry.objects.filter(action="connection.tried").order_by("id")]
    assert [each and each["details"]["ended"] for each in ended] == ["without an answer", "understood"]


def dies(*args: object, **kwargs: object) -> None:
    raise RuntimeError("killed while the shop was asked")


STATES: dict[str, tuple[dict[str, Any], Callable[[ImportRun], bool]]] = {
    "pause": ({"state": ImportState.STAGING}, lambda run: not run.paused),
    "resume": ({"state": ImportState.STAGING, "paused": True}, lambda run: run.paused),
    "keep": ({"state": ImportState.STAGED, "dry_run": True}, lambda run: run.dry_run),
    "again": ({"state": ImportState.FAILED}, lambda run: run.state == ImportState.FAILED),
    "discard": ({"state": ImportState.STAGED, "dry_run": True}, lambda run: run.parts.exists()),
}


@pytest.mark.parametrize("name", STATES)
def test_a_file_stays_as_it_is(unrecorded: Client, name: str) -> None:
    fields, is_as_before = STATES[name]
    run = ImportRun.objects.create(store=factories.store(), **FILE, **fields)
    ImportPart.objects.create(run=run, number=0, sealed=b"part")

    unrecorded.post(reverse("console:licensing_importrun_run", args=[run.pk]), {"do": name})

    assert is_as_before(ImportRun.objects.get())
    assert run.parts.exists()


def test_no_file_is_read_and_no_shop_made_for_it(unrecorded: Client) -> None:
    assert uploaded(unrecorded) == 302
    run = ImportRun.objects.get()

    check = reverse("console:licensing_importrun_check", args=[run.pk])
    unrecorded.post(check, {"store": "new:gumroad", "encoding": "", "go": "1"})

    assert (ImportRun.objects.get().state, Store.objects.count()) == (ImportState.UPLOADED, 0)
    assert not ColumnMap.objects.exists()


def test_of_an_upload_that_cannot_be_recorded_nothing_comes_in(
    support: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "record", dies)
    support.raise_request_exception = False

    assert uploaded(support) == 500
    assert not ImportRun.objects.exists()


def test_an_upload_is_recorded_when_it_begins_when_it_is_here_and_when_it_is_read(support: Client) -> None:
    factories.store(name="ours", kind="gumroad")

    assert uploaded(support) == 302

    assert actions() == ["importrun.upload_begun", "importrun.uploaded", "importrun.begun"]
