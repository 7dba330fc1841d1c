"""Celery's part in importing files: slices of work under a lease. Beat finds what a lost wake-up or a kill left.

In a worker of its own (queue `intake`), so that no mail waits for a file; in the embedded mode in a thread beside the
one worker. Arguments: none; the database says what is to be done.
"""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Final

import structlog
from celery import current_app, shared_task
from django.conf import settings
from django.db import connections

from licensing.intake.encoding import FileRefused
from licensing.intake.leases import TakenOver, claim, let_go, waiting
from licensing.intake.pace import seldom_collecting
from licensing.intake.run import advance
from licensing.intake.uploads import UploadedFile

TASK: Final = "licensing.import_files"
SLICE: Final = 20.0  # seconds; a task is ended by force after CELERY_TASK_TIME_LIMIT

log = structlog.get_logger(__name__)
importing = threading.Lock()  # one thread of this process imports


@shared_task(name=TASK)
def import_files() -> None:
    """A slice of the oldest file that nobody works on; then the next. Any number of these may run, at once or again."""
    if not settings.EMBEDDED:
        if work():
            publish()
    elif waiting().exists() and importing.acquire(blocking=False):
        threading.Thread(target=work_and_let_go, name="imports", daemon=True).start()


def work_and_let_go() -> None:
    try:
        while work():
            pass
    except Exception:  # a thread's error reaches nobody else; the next run tries again
        log.exception("import_broke_off")
    finally:
        connections.close_all()
        importing.release()


def work() -> bool:
    """One slice. False if there was nothing to do."""
    run = claim()
    if run is None:
        return False
    end = time.monotonic() + SLICE
    try:
        with own_process():
            advance(
                run,
                UploadedFile(run),
                reading=silent,
                applying=silent,
                over=lambda: time.monotonic() >= end,
                ahead=False,
            )
    except TakenOver:
        return True
    except FileRefused as refusal:
        log.info("file_refused", run=str(run.pk), error=type(refusal).__name__)
    let_go(run)
    return True


def own_process() -> AbstractContextManager[None]:
    """Garbage is looked for seldom, where no other thread serves somebody meanwhile."""
    return nullcontext() if settings.EMBEDDED else seldom_collecting()


def silent(done: int, of: int) -> None:
    """Nobody watches: how far it is stands in the run's row."""


def wake() -> None:
    """Returns at once and never raises; a wake-up that is lost is made good by beat."""
    threading.Thread(target=publish, name="import-nudge", daemon=True).start()


def publish() -> None:
    try:
        current_app.send_task(TASK, retry=False, expires=60)
    except Exception as error:  # whatever the broker's client raises
        log.warning("nudge_lost", error=type(error).__name__)
