"""Files that the command line hands over to the worker for files."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from licensing.import_tasks import work
from licensing.models import ImportPart, ImportRun, ImportState, Purchase, RegistrationKey
from tests.licensing.intake.sales import order, sales_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wake-up may be lost; here nobody would hear it."""
    monkeypatch.setattr("licensing.management.commands.import_purchases.publish", lambda: None)
    monkeypatch.setattr("licensing.management.commands.imports.publish", lambda: None)


def hand_over(path: Path, *options: str) -> ImportRun:
    words = ("--store", "shop", "--kind", "gumroad", "--create-editions", "--in-background", *options)
    call_command("import_purchases", str(path), *words)
    return ImportRun.objects.get()


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    call_command("imports", "show")
    return capsys.readouterr().out


def test_a_file_handed_over_is_put_on_file_by_the_worker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = hand_over(sales_file(tmp_path, order(), order()))
    assert not Purchase.objects.exists()

    assert work()

    assert Purchase.objects.count() == RegistrationKey.objects.count() == 2
    assert f"{run.pk}  " in shown(capsys)
    assert "2 of 2 rows\n    2 new" in shown(capsys)


def test_nothing_readable_of_it_is_kept(tmp_path: Path) -> None:
    path = sales_file(tmp_path, order("anna@example.com"))
    hand_over(path)

    assert b"anna@example.com" in path.read_bytes()
    assert all(b"anna@example.com" not in bytes(part.sealed) for part in ImportPart.objects.all())

    work()

    assert not ImportPart.objects.exists()


def test_a_paused_file_waits_until_it_is_told_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = hand_over(sales_file(tmp_path, order()))

    call_command("imports", "pause", str(run.pk))
    assert not work()
    assert "paused" in shown(capsys)

    call_command("imports", "resume", str(run.pk))
    assert work()
    run.refresh_from_db()
    assert run.state == ImportState.APPLIED


def test_a_file_that_is_done_cannot_be_paused(tmp_path: Path) -> None:
    run = hand_over(sales_file(tmp_path, order()))
    work()

    with pytest.raises(CommandError, match="nothing to change"):
        call_command("imports", "pause", str(run.pk))


def test_why_a_file_could_not_be_read_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "other.csv"
    path.write_text("This is,another\n1,2\n")
    hand_over(path, "--map", "order=This is,email=nowhere,product=another,ordered_at=another")

    work()

    assert "could not be read: " in shown(capsys)


def test_is_not_tried_in_the_background(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="without --dry-run"):
        hand_over(sales_file(tmp_path, order()), "--dry-run")
