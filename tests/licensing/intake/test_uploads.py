"""Uploaded files: in encrypted parts, read and applied in slices, by one or by two, paused, dropped."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.db import connection

from demo import sample_sales
from licensing import import_tasks
from licensing.intake import staging, uploads
from licensing.intake.detect import detect
from licensing.intake.encoding import FileRefused
from licensing.intake.leases import TakenOver, claim, waiting
from licensing.intake.run import advance
from licensing.intake.staging import mark_of
from licensing.intake.uploads import UploadedFile
from licensing.models import ImportPart, ImportRow, ImportRun, ImportState, Purchase, Store
from tests import factories
from tests.licensing.intake.sales import order, text_of
from tests.licensing.intake.test_races import together

pytestmark = pytest.mark.django_db


def uploaded(
    content: bytes, *, store: Store | None = None, ready: bool = True, encoding: str = ""
) -> ImportRun:
    run = uploads.begin("sales.csv")
    for number, start in enumerate(range(0, len(content), uploads.PART)):
        uploads.add_part(run, number, content[start : start + uploads.PART])
    uploads.complete(run, len(content))
    if ready:
        shop = store or factories.store()
        uploads.read_as(run, store=shop, encoding=encoding, columns={}, with_editions=True)
    run.refresh_from_db()
    return run


def step(run: ImportRun, *, over: bool = False) -> bool:
    """One slice by a process that knows of the run only what is on file; `over`: of one batch, or chunk."""
    fresh = ImportRun.objects.select_related("store").get(pk=run.pk)
    return advance(
        fresh,
        UploadedFile(fresh),
        reading=lambda done, of: None,
        applying=lambda done, of: None,
        over=lambda: over,
        ahead=False,
    )


def in_steps(run: ImportRun) -> int:
    """How many slices of the smallest kind it took."""
    steps = 1
    while not step(run, over=True):
        steps += 1
    return steps


def many(rows: int) -> bytes:
    out = io.StringIO()
    sample_sales.write(out, rows=rows)
    return out.getvalue().encode()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches, chunks and parts of a few rows."""
    monkeypatch.setattr(staging, "BATCH", 7)
    monkeypatch.setattr("licensing.intake.apply.CHUNK", {"sqlite": 11, "postgresql": 11})
    monkeypatch.setattr(uploads, "PART", 1_000)


def test_parts_hold_nothing_readable(small: None) -> None:
    run = uploaded(text_of(order("canary@example.com")).encode())

    kept = b"".join(bytes(part.sealed) for part in run.parts.all())
    assert run.parts.count() > 1
    assert b"canary" not in kept


def test_parts_are_read_from_any_place(small: None) -> None:
    content = many(40)
    with UploadedFile(uploaded(content)).octets() as raw:
        raw.seek(2_345)
        assert raw.read(3_000) == content[2_345:5_345]
        assert raw.read() == content[5_345:]
        assert raw.seek(0) == 0
        assert raw.read(4) == content[:4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "utf-7"])
def test_reading_goes_on_where_it_stopped_in_every_encoding(small: None, encoding: str) -> None:
    rows = [order(Buyer_Name="José\nMüller"), *(order() for _ in range(30)), order("bad"), order()]
    named = "" if "utf-8" in encoding or encoding == "utf-16" else encoding
    run = uploaded(text_of(*rows).encode(encoding), encoding=named)

    assert in_steps(run) > 7
    run.refresh_from_db()
    assert (run.rows, run.outcomes) == (33, {"new": 32, "rejected": 1})
    assert run.staged.get(outcome="rejected").number == 33


def test_a_file_that_was_cut_is_noticed_in_the_last_slice(small: None) -> None:
    run = uploaded(text_of(*(order() for _ in range(20)), closed=False).encode())

    with pytest.raises(FileRefused, match="was cut"):
        in_steps(run)

    run.refresh_from_db()
    assert run.state == ImportState.FAILED
    assert not ImportRow.objects.exists()
    assert ImportPart.objects.exists()


def test_a_reading_killed_between_its_last_batch_and_its_end_is_no_cut_file(small: None) -> None:
    run = uploaded(text_of(*(order() for _ in range(7))).encode())
    assert not step(run, over=True)
    while mark_of(ImportRun.objects.get(pk=run.pk)).number < 8:
        step(run, over=True)

    step(run)

    assert ImportRun.objects.get(pk=run.pk).state == ImportState.STAGED


def test_nothing_is_on_file_before_somebody_says_so(small: None) -> None:
    run = uploaded(many(50))

    assert step(run)

    run.refresh_from_db()
    assert (run.state, run.rows, sum(run.outcomes.values())) == (ImportState.STAGED, 50, 50)
    assert not Purchase.objects.exists()
    assert waiting().count() == 0


def test_what_was_tried_is_put_on_file_without_a_second_reading(small: None) -> None:
    run = uploaded(many(50))
    step(run)
    tried = ImportRun.objects.get(pk=run.pk).outcomes

    assert uploads.keep(run)
    assert in_steps(run) > 4

    run.refresh_from_db()
    assert (run.state, run.outcomes) == (ImportState.APPLIED, tried)
    assert Purchase.objects.count() == 50
    assert not ImportPart.objects.exists()
    assert not ImportRow.objects.filter(payload__isnull=False).exists()


def test_samples_mask_addresses_and_count_codes(small: None) -> None:
    run = uploaded(text_of(order("anna@example.com", License_Key="SECR-ET00-CODE")).encode())
    step(run)

    run.refresh_from_db()
    assert run.samples[0]["who"] == "a…@example.com"
    assert "1 code" in run.samples[0]["what"]
    assert "SECR" not in str(run.samples)
    assert "anna" not in str(run.samples)


def test_a_paused_file_is_left_alone_until_it_is_resumed(small: None) -> None:
    run = uploaded(many(50))
    step(run, over=True)

    assert uploads.pause(run)
    assert claim() is None
    with pytest.raises(TakenOver):
        step(run, over=True)
    assert uploads.resume(run)

    assert claim() == run
    assert step(run)


def test_a_lease_keeps_a_second_worker_away() -> None:
    run = uploaded(many(3))

    assert claim() == run
    assert claim() is None


def test_the_task_works_until_there_is_nothing_to_do() -> None:
    run = uploaded(many(20))

    assert import_tasks.work()
    assert not import_tasks.work()
    assert uploads.keep(run)
    assert import_tasks.work()

    assert Purchase.objects.count() == 20


def test_a_file_that_could_not_be_read_is_read_in_another_way() -> None:
    run = uploaded(text_of(order(Buyer_Name="José")).encode("windows-1252"))
    assert import_tasks.work()
    assert "not UTF-8" in ImportRun.objects.get(pk=run.pk).problem

    assert uploads.ask_again(run)
    store = ImportRun.objects.get(pk=run.pk).shop
    assert uploads.read_as(run, store=store, encoding="windows-1252", columns={}, with_editions=True)
    assert import_tasks.work()

    assert ImportRun.objects.get(pk=run.pk).outcomes == {"new": 1}


def test_a_discarded_file_leaves_nothing() -> None:
    run = uploaded(many(5))
    step(run)

    assert uploads.discard(run)

    assert not ImportRun.objects.exists()
    assert not ImportRow.objects.exists()
    assert not ImportPart.objects.exists()


def test_what_is_being_put_on_file_cannot_be_discarded() -> None:
    run = uploaded(many(5))
    step(run)
    uploads.keep(run)

    assert not uploads.discard(run)
    assert not uploads.ask_again(run)


def test_names_the_shop_that_wrote_a_file(tmp_path: Path) -> None:
    header = text_of(order()).splitlines()[0].split(",")

    assert [kind for kind, _ in detect(header)] == ["gumroad"]
    assert detect(["Order ID", "Email"]) == []


@pytest.mark.django_db(transaction=True)
def test_two_at_one_file_do_nothing_twice(small: None) -> None:
    run = uploaded(many(150))

    def work() -> None:
        try:
            step(run)
        except TakenOver:
            pass
        finally:
            connection.close()

    for _ in range(2):
        assert together(work, work) == []
        step(run)
        uploads.keep(run)

    run.refresh_from_db()
    assert (run.state, sum(run.outcomes.values())) == (ImportState.APPLIED, 150)
    assert Purchase.objects.count() == 150
