"""Says in one line why the database cannot be used: `python -m config.reachable`, which `make serve` runs first."""

import os
import sys

import django
from django.conf import settings
from django.db import DatabaseError, connection


def main() -> None:
    """Ends with 0 when a connection can be made, else with 1 and one line on standard error."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        sys.exit(words(str(error)))


def words(said: str) -> str:
    where = settings.DATABASES["default"]
    reason = " ".join(said.split()).rstrip(".?")
    if connection.vendor == "sqlite":
        return f"The database file {where['NAME']} cannot be used ({reason})."
    place = f"{where['HOST'] or 'the local socket'}:{where['PORT'] or 5432}"
    return (
        f"PostgreSQL at {place} cannot be used ({reason}). Start it (on Debian: systemctl start postgresql) or correct"
        " DATABASE_URL, then run make serve again."
    )


if __name__ == "__main__":
    main()
