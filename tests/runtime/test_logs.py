import json
import subprocess
import sys
from pathlib import Path

from tests.kit.processes import ROOT
from tests.runtime.processes import surroundings

ADDRESS = "canary.mia@mail.example"
CODE = "E6C3F339-1A2B8F1F-F1FD42A2-9755D4C1"
TOKEN = "AaIElJdMce-J1xdN12hUQFZdbkH7TZ0rqYIQG1N0Ylw"

# Everything by which somebody's data has found its way into logs, each in a logger of its own.
PROGRAM = """
import logging, os, warnings
import django, structlog
django.setup()
address, code, token = os.environ["CANARIES"].split()

logging.getLogger("django.request").warning("Not Found: %s", f"/verify/{token}/", extra={"status_code": 404})
logging.getLogger("psycopg").debug("INSERT INTO t VALUES (%s)", (address,))
logging.getLogger("celery.app.trace").error("Task %(name)s raised", {"name": address})
logging.getLogger("some.library").debug({"headers": {"To": address}, "body": [code]})
structlog.get_logger("ours").info("mail_attempted", recipient=address, link=f"https://x.example/not-me/{token}/")
warnings.warn(f"careful with {address}")
try:
    raise ValueError(f"Key (address)=({address}) already exists, code {code}")
except ValueError:
    logging.getLogger("django.request").exception("Internal Server Error: /unmute/%s/", token)
    structlog.get_logger("ours").exception("failed")
"""


def logged(folder: Path) -> list[dict[str, object]]:
    """What the program wrote to standard error at DEBUG, line for line."""
    env = surroundings(folder, 8000, {"LOG_LEVEL": "DEBUG", "CANARIES": f"{ADDRESS} {CODE} {TOKEN}"})
    env["DJANGO_SETTINGS_MODULE"] = "config.settings"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_no_canary_survives_any_way_into_the_log(tmp_path: Path) -> None:
    text = json.dumps(logged(tmp_path), ensure_ascii=False)

    assert "canary" not in text
    assert CODE not in text
    assert TOKEN not in text


def test_every_line_is_one_json_object_that_says_who_when_and_how_bad(tmp_path: Path) -> None:
    ours = ("django.request", "psycopg", "celery.app.trace", "some.library", "ours", "py.warnings")
    lines = [line for line in logged(tmp_path) if line["logger"] in ours]

    assert {line["logger"] for line in lines} == set(ours)
    assert all(line["event"] and line["level"] and line["timestamp"] for line in lines)


def test_what_is_left_is_still_of_use(tmp_path: Path) -> None:
    events = {str(line["event"]): line for line in logged(tmp_path)}

    assert "Not Found: /verify/[token]/" in events
    assert "Internal Server Error: /unmute/[token]/" in events
    assert "ValueError: Key (address)=([address]) already exists" in str(events["failed"]["exception"])


def test_a_worker_keeps_these_logs(tmp_path: Path) -> None:
    env = surroundings(tmp_path, 8000, {}) | {"PYTHONPATH": str(ROOT)}
    program = (
        "from config.celery import app; app.log.setup(loglevel='INFO', redirect_stdouts=False);"
        "import django; django.setup(); import logging; logging.getLogger('celery.task').info('to a@mail.example')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
    )

    assert json.loads(done.stderr)["event"] == "to [address]"
