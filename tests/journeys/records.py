"""The database of a service under test, through this process's own Django: to put things on file, and to look."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dj_database_url
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import load_backend


@contextmanager
def records_of(database_url: str) -> Iterator[None]:
    """Within it, models and factories read and write that database; every statement commits by itself."""
    config: dict[str, Any] = dict(dj_database_url.parse(database_url))
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
    full = connections.configure_settings({DEFAULT_DB_ALIAS: config})[DEFAULT_DB_ALIAS]
    there = load_backend(full["ENGINE"]).DatabaseWrapper(full, DEFAULT_DB_ALIAS)
    before = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = there
    try:
        yield
    finally:
        there.close()
        connections[DEFAULT_DB_ALIAS] = before
