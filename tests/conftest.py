"""Fixtures of every test: the real SMTP server, and a worker's run on demand."""

import shutil
from collections.abc import Callable, Iterator

import hypothesis
import pytest
from django.conf import LazySettings
from django.core.management.commands import flush
from django.db import connection
from django.db.models.functions import Now

from licensing.intake import patience
from recovery.mail.deliver import deliver_due
from recovery.mail.smtp import SmtpTransport
from recovery.models import Message
from tests.kit.emptying import empty
from tests.kit.migrated import migrated_file, migrated_template
from tests.kit.smtp import SmtpServer

# An example may take as long as a busy machine needs: no test here is about time.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None,
    django_db_use_migrations: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A copy of what was migrated once for the run. SQLite as it runs in earnest: a file in WAL mode, not the shared
    memory that Django's tests default to."""
    to, test = connection.settings_dict, connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        test["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        if django_db_use_migrations:
            shutil.copy(migrated_file(), test["NAME"])
    elif django_db_use_migrations:
        test["TEMPLATE"] = migrated_template(f"postgres://{to['USER']}@{to['HOST']}:{to['PORT']}")


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool, django_db_use_migrations: bool) -> bool:
    """Django would begin a file of SQLite's anew; it goes with pytest's folder."""
    return django_db_keepdb or (connection.vendor == "sqlite" and django_db_use_migrations)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Tests that commit are cleaned up after by emptying every table but those that a migration fills."""
    of_all = type(connection.ops)  # a browser's event loop gives its tests a connection of their own
    setattr(of_all, "execute_sql_flush", empty)  # noqa: B010 - mypy takes no plain assignment
    if connection.vendor == "postgresql":
        setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)  # noqa: B010


@pytest.fixture(autouse=True)
def _who_asks_for_a_key_waits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine makes a shop's request no other one; that it is given up in time, `hurried` tests show."""
    if "hurried" not in request.keywords:
        monkeypatch.setattr(patience, "SECONDS", 30.0)


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def smtp(smtp_server: SmtpServer, settings: LazySettings) -> Iterator[SmtpServer]:
    """A mail server that takes everything, until its script says otherwise; the service hands its mails to it."""
    settings.SMTP_URL = smtp_server.url
    smtp_server.start()
    yield smtp_server
    smtp_server.forget_script()
    smtp_server.clear()


@pytest.fixture
def deliver(smtp: SmtpServer) -> Callable[[], int]:
    """One run of a worker over the outbox."""
    return lambda: deliver_due(SmtpTransport)


@pytest.fixture
def make_due() -> Callable[[], None]:
    """Let the time pass that a put-off mail waits for."""

    def pass_time() -> None:
        Message.objects.update(due_at=Now())

    return pass_time
