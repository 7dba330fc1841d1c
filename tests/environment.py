"""Loaded before Django reads its settings (`-p tests.environment`): a whole environment made for this run.

`TEST_DATABASE=sqlite` runs the embedded mode instead, with the same tests.
"""

import base64
import gc
import hashlib
import os
import sys

from tests.kit.folders import scratch_folder
from tests.kit.migrated import RUN_FOLDER
from tests.kit.postgres import Postgres
from tests.kit.redis import Redis

SERVERS: list[Postgres | Redis] = []


def key_of(word: str) -> str:
    return base64.b64encode(hashlib.sha256(word.encode()).digest()).decode()


FIXED = {
    "SECRET_KEY": hashlib.sha512(b"a secret for tests").hexdigest(),
    "ENCRYPTION_KEYS": f"k1:{key_of('encryption')}",
    "FINGERPRINT_KEYS": f"a:{key_of('fingerprint')}",
    "PUBLIC_URL": "https://recover.example.com",
    "SMTP_URL": "smtp://127.0.0.1:9",
    "MAIL_FROM": "keys@vendor.example",
    "SUPPORT_EMAIL": "support@vendor.example",
    "VENDOR_NAME": "Example Video Tools",
    "LOG_LEVEL": "WARNING",
}


def keep_compiled() -> None:
    """Whatever this shell says: a run starts hundreds of processes, and each would compile all of the service anew."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def collect_seldom() -> None:
    """To collect seven thousand tests makes millions of objects that stay: looking through them for garbage, again and
    again while they grow, is a third of that time."""
    gc.set_threshold(100_000, 50, 100)


def prepare() -> None:
    """Once for the whole run: the processes that pytest-xdist starts inherit what the first one set."""
    keep_compiled()
    collect_seldom()
    if "TEST_PREPARED" in os.environ:
        return
    os.environ |= FIXED | {"TEST_PREPARED": "yes"}
    if RUN_FOLDER not in os.environ:
        os.environ[RUN_FOLDER] = str(scratch_folder("run"))
    if os.environ.get("TEST_DATABASE") == "sqlite":
        os.environ["MODE"] = "embedded"
        return
    postgres, redis = Postgres(), Redis()
    SERVERS.extend([postgres, redis])
    os.environ |= {"MODE": "server", "DATABASE_URL": postgres.url, "REDIS_URL": redis.url}


prepare()
