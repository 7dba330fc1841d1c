import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.migrated import migrated_file
from tests.kit.ports import free_port
from tests.kit.processes import ROOT
from tests.runtime.processes import WEB, surroundings, web_process

# A worker with 300 requests for one task, asked for by eight threads at once while it works.
PROGRAM = """
import collections, os, threading, time
import django
django.setup()
from config.celery import app
from config.embedded import EmbeddedWorker

done = collections.Counter()

@app.task(name="count_it")
def count_it(number):
    done[number] += 1

worker = EmbeddedWorker(app)
worker.start()

def ask(first):
    for number in range(first, 300, 8):
        count_it.delay(number)

askers = [threading.Thread(target=ask, args=(first,)) for first in range(8)]
[asker.start() for asker in askers]
[asker.join() for asker in askers]
deadline = time.monotonic() + 60
while len(done) < 300 and time.monotonic() < deadline:
    time.sleep(0.01)
time.sleep(0.5)
worker.stop()
print(len(done), max(done.values()), worker.alive())
"""


def test_300_tasks_from_eight_threads_run_once_each(tmp_path: Path) -> None:
    env = surroundings(tmp_path, 8000, {}) | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    shutil.copy(migrated_file(), tmp_path / "recovery.sqlite3")

    done = subprocess.run([sys.executable, "-c", PROGRAM], env=env, cwd=ROOT, capture_output=True, text=True)

    assert done.stdout.split() == ["300", "1", "False"], done.stderr


@pytest.mark.journey
def test_a_second_web_process_with_the_same_data_is_refused(tmp_path: Path) -> None:
    with web_process(tmp_path):
        env = surroundings(tmp_path, free_port(), {})
        second = subprocess.run(WEB, env=env, cwd=ROOT, capture_output=True)

    assert second.returncode != 0
    assert b"already runs with the data in" in second.stderr


@pytest.mark.journey
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_worker_and_beat_stop_with_the_web_process(tmp_path: Path, by: signal.Signals) -> None:
    with web_process(tmp_path) as (running, _):
        running.stop(by)
        running.assert_nothing_left()
        log = running.log_text()

    assert '"in_time": true, "event": "embedded_worker_stopped"' in log


@pytest.mark.journey
def test_a_killed_web_process_leaves_its_data_to_the_next(tmp_path: Path) -> None:
    with web_process(tmp_path) as (running, _):
        running.kill9()
        with web_process(tmp_path) as (next_one, _):
            assert next_one.is_running()
