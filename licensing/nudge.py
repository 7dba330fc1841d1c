"""Wakes a worker after a commit. A nudge may be lost: beat's sweep finds whatever the database holds.

Whoever asks never waits for the broker: a thread of this process publishes, and all nudges that come while it does
(or in the short pause after) become one.
"""

import os
import threading
import time

import structlog
from celery import current_app

PAUSE_SECONDS = 0.05  # at most 20 wake-ups a second from each process, however many requests come in

log = structlog.get_logger(__name__)


class Nudger:
    """One publishing thread for each process and task, started when first needed, so that forks get their own."""

    def __init__(self, task: str) -> None:
        self.task = task
        self.pid = 0
        self.wanted = threading.Event()
        self.starting = threading.Lock()

    def nudge(self) -> None:
        """Returns at once and never raises."""
        if self.pid != os.getpid():
            self.start()
        self.wanted.set()

    def start(self) -> None:
        with self.starting:
            if self.pid != os.getpid():
                self.wanted = threading.Event()
                threading.Thread(target=self.run, args=(self.wanted,), name="nudger", daemon=True).start()
                self.pid = os.getpid()

    def run(self, wanted: threading.Event) -> None:
        while True:
            wanted.wait()
            wanted.clear()
            self.publish()
            time.sleep(PAUSE_SECONDS)

    def publish(self) -> None:
        try:
            current_app.send_task(self.task, retry=False, expires=60)
        except (
            Exception
        ) as error:  # whatever the broker's client raises, the database still holds what is to do
            log.warning("nudge_lost", task=self.task, error=type(error).__name__)
