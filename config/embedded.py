"""The worker and beat inside the one web process, for the demo and for the smallest vendor: no broker needed.

The queue is in memory and forgets everything when the process ends. That loses nothing: the outbox is the
truth, and the first task after a start looks into it.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import threading
from multiprocessing.util import Finalize
from pathlib import Path
from typing import IO

import structlog
from celery import Celery
from celery.beat import Scheduler, Service
from celery.worker import WorkController, state
from django.conf import settings

from licensing.outgoing.lanes import let_end
from recovery.mail.nudge import nudge

STOP_SECONDS = 20.0  # the mail in hand is finished; its lease covers what takes longer
POLL_SECONDS = 0.02  # how often the idle worker looks into the queue

THREADS = frozenset({"embedded-worker", "embedded-beat"})  # by these names /health/ready finds them

log = structlog.get_logger(__name__)


class AlreadyRunning(SystemExit):
    """Another web process runs the worker of this data; two would each hold half of the queue."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"License Recovery already runs with the data in {path.parent} ({path.name} is locked); it may be"
            " the demo. This mode is one web process with one worker inside. Stop the other one, or use MODE=server."
        )


class EmbeddedWorker:
    """A Celery worker (pool `solo`: it runs tasks in its own thread) and beat, as threads of this process."""

    def __init__(self, app: Celery) -> None:
        app.set_default()
        app.conf.broker_transport_options = {"polling_interval": POLL_SECONDS}
        self.lock = locked(settings.VAR_DIR / "embedded.lock")
        self.worker = WorkController(
            app=app,
            pool_cls="solo",
            concurrency=1,
            loglevel=settings.LOGGING["level"],
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        # Beat's other scheduler keeps a file: here the schedule starts anew with the process.
        self.beat = Service(app, max_interval=1, scheduler_cls=Scheduler)
        targets = {"embedded-worker": self.worker.start, "embedded-beat": self.beat.start}
        self.threads = [threading.Thread(target=targets[name], name=name, daemon=True) for name in targets]
        self.stopping = threading.Lock()

    def start(self) -> None:
        """Starts both and looks into the outbox at once. They stop with the process, or by `stop()`."""
        state.should_stop = None
        for thread in self.threads:
            thread.start()
        nudge()
        atexit.register(self.stop)
        # Web servers fork their workers with multiprocessing, which leaves without running atexit.
        Finalize(self, self.stop, exitpriority=100)
        log.info("embedded_worker_started")

    def alive(self) -> bool:
        """Whether both threads run."""
        return all(thread.is_alive() for thread in self.threads)

    def stop(self) -> None:
        """Takes no further task, lets the one in hand end, and gives the lock back. May be called again."""
        with self.stopping:
            if self.lock.closed:
                return
            # Celery's own flag for it: the worker's thread leaves its loop by itself, between two tasks.
            state.should_stop = os.EX_OK  # type: ignore[assignment]  # celery-types knows only its None
            self.beat.stop()
            for thread in self.threads:
                thread.join(STOP_SECONDS)
            let_end(seconds=STOP_SECONDS)
            self.lock.close()
            log.info("embedded_worker_stopped", in_time=not self.alive())


def locked(path: Path) -> IO[str]:
    """The open lock file, held until it is closed or the process ends. Raises `AlreadyRunning`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise AlreadyRunning(path) from error
    return file
