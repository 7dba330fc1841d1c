"""`kill -9` of the worker that imports files, while it reads and while it applies: nothing is lost, nothing twice.

Killed twice in one import, each time in the middle, and the leases of the dead are waited for: they are made short here
by ending them, as time would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from celery import Celery
from django.db.models import Sum
from pytest_django import DjangoDbBlocker

from demo import sample_sales
from licensing.import_tasks import TASK
from licensing.intake import uploads
from licensing.models import (
    ImportPart,
    ImportRow,
    ImportRun,
    ImportState,
    License,
    Purchase,
    PurchaseLine,
    RegistrationKey,
    Store,
)
from tests import factories
from tests.faults.holding import held
from tests.journeys.ground import Ground
from tests.journeys.service import Service
from tests.kit.waiting import wait_until

pytestmark = pytest.mark.journey

ROWS = 9_000  # several batches of reading, several chunks of applying
SLOWLY = """
    CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.4); RETURN NULL; END';
    CREATE TRIGGER slowly AFTER INSERT ON licensing_importrow FOR EACH STATEMENT EXECUTE FUNCTION slowly();
    CREATE TRIGGER slowly AFTER INSERT ON licensing_purchase FOR EACH STATEMENT EXECUTE FUNCTION slowly();
"""  # so that the middle of the import can be met on any machine


@pytest.fixture
def importing(ground: Ground, django_db_blocker: DjangoDbBlocker) -> Iterator[Service]:
    """The server mode with the worker that imports files, and no web process."""
    roles = ("worker", "intake", "beat")
    with Service(ground, "server", unblock=django_db_blocker.unblock, roles=roles) as running:
        with psycopg.connect(running.database_url, autocommit=True) as there:
            there.execute(SLOWLY)
        yield running


def uploaded(folder: Path, store: Store) -> ImportRun:
    path = folder / "sales.csv"
    with path.open("w", newline="") as out:
        sample_sales.write(out, rows=ROWS)
    content = path.read_bytes()
    run = uploads.begin(path.name)
    for number, start in enumerate(range(0, len(content), uploads.PART)):
        uploads.add_part(run, number, content[start : start + uploads.PART])
    uploads.complete(run, len(content))
    uploads.read_as(run, store=store, encoding="", columns={}, with_editions=True)
    return run


def found(service: Service, run: ImportRun) -> ImportRun:
    with service.records():
        return ImportRun.objects.get(pk=run.pk)


def kill(service: Service) -> None:
    """Kills the worker that imports and starts another; what the dead one had leased is free as after a while."""
    service.kill9("intake")
    with service.records():
        ImportRun.objects.update(lease_until=None)
    service.start("intake")
    wake(service)


def wake(service: Service) -> None:
    """What the console does after a click; beat would do it within ten seconds."""
    Celery(broker=service.broker.url).send_task(TASK, queue="intake")


def kill_while_held(service: Service, run: ImportRun, until: Callable[[ImportRun], bool]) -> ImportRun:
    """Kills it in the middle of a transaction: it waits for the run's row, which is held here."""
    wait_until(lambda: until(found(service, run)), what="the import being half done", timeout=60)
    with held(service, "SELECT 1 FROM licensing_importrun FOR UPDATE") as hold:
        hold.wait_until_met("%licensing_importrun%", timeout=service.patience)
        service.kill9("intake")
        hold.end_waiters()
    seen = found(service, run)
    kill(service)
    return seen


def wait_for(service: Service, run: ImportRun, state: ImportState) -> ImportRun:
    def there() -> bool:
        now = found(service, run)
        return now.state == state and now.finished_at is not None

    wait_until(there, what=f"the file being {state}", timeout=120)
    return found(service, run)


def assert_each_order_once(service: Service) -> None:
    with service.records():
        assert Purchase.objects.count() == ROWS
        assert PurchaseLine.objects.count() == ROWS
        assert License.objects.count() == PurchaseLine.objects.aggregate(all=Sum("quantity"))["all"]
        assert (
            RegistrationKey.objects.count()
            == RegistrationKey.objects.values("fingerprint_a", "edition").distinct().count()
        )
        assert not ImportRow.objects.exists()
        assert not ImportPart.objects.exists()


def test_killed_twice_while_it_reads_and_twice_while_it_applies(importing: Service, tmp_path: Path) -> None:
    with importing.records():
        run = uploaded(tmp_path, factories.store())
    wake(importing)
    seen = [kill_while_held(importing, run, lambda now: now.reached > 1) for _ in range(2)]
    assert all(each.state == ImportState.STAGING and each.reached < ROWS for each in seen)

    tried = wait_for(importing, run, ImportState.STAGED)
    assert (tried.rows, tried.applied_rows, tried.outcomes.get("rejected", 0)) == (ROWS, ROWS, 0)
    with importing.records():
        assert not Purchase.objects.exists()
        assert uploads.keep(run)
    wake(importing)

    seen = [kill_while_held(importing, run, lambda now: 0 < now.applied_rows < ROWS) for _ in range(2)]
    assert all(0 < each.applied_rows < ROWS for each in seen)

    done = wait_for(importing, run, ImportState.APPLIED)
    assert sum(done.outcomes.values()) == ROWS
    assert set(done.outcomes) == {"new", "refunded"}
    assert_each_order_once(importing)
