"""How long a visitor waits for the database. Workers, imports and commands wait as long as it takes."""

from typing import Any

from config.postgresql.base import SILENCE

CONNECT_SECONDS = 3
STATEMENT_SECONDS = (
    5  # every page is a handful of statements by index: one that takes longer waits for a lock
)
SILENCE_SECONDS = STATEMENT_SECONDS + 1  # the server's own word comes first, where it still has one


def keep_no_visitor_waiting(databases: dict[str, Any]) -> None:
    """Bounds every wait of this process: its connections, made after this, raise `OperationalError` instead, and the
    visitor gets the page for a database that is away. At worst one silent statement and one attempt to connect."""
    for database in databases.values():
        if database["ENGINE"] == "config.postgresql":
            options = database["OPTIONS"]
            given = options.get("options", "")
            options["options"] = f"{given} -c statement_timeout={STATEMENT_SECONDS * 1000}".strip()
            options |= {"connect_timeout": CONNECT_SECONDS, SILENCE: SILENCE_SECONDS}
