"""A PostgreSQL that hangs instead of being closed: it takes every connection and answers nothing."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.journeys.browser import Browser
from tests.journeys.ground import Ground
from tests.kit.ports import free_port
from tests.kit.proxy import Proxy
from tests.runtime.processes import web_process

pytestmark = pytest.mark.journey

TYPED = {"email": "anna@example.com"}


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground() as made:
        yield made


@pytest.fixture(scope="module")
def database(ground: Ground) -> str:
    """The address of a migrated PostgreSQL database."""
    return ground.database("server")


@pytest.fixture
def line(database: str) -> Iterator[Proxy]:
    """The line between the web process and its database."""
    with Proxy(int(database.rpartition(":")[2].partition("/")[0])) as proxy:
        yield proxy


@pytest.fixture
def browser(ground: Ground, database: str, line: Proxy, tmp_path: Path) -> Iterator[Browser]:
    """A visitor (who gives up after 20 s, see `Browser.request`) of a web process behind that line."""
    host, _, name = database.rpartition(":")
    there = f"{host}:{line.port}/{name.partition('/')[2]}"
    (tmp_path / "static").symlink_to(ground.static)
    redis = f"redis://127.0.0.1:{free_port()}/0"
    with web_process(tmp_path, MODE="server", DATABASE_URL=there, REDIS_URL=redis) as (_, url):
        yield Browser(url)


def test_a_hung_database_keeps_no_visitor_waiting(browser: Browser, line: Proxy) -> None:
    form = browser.get("/")
    assert browser.submit_once(form, TYPED).status == 303
    line.blackhole()
    for connection in ("one that was open", "a new one"):
        page = browser.submit_once(form, TYPED)
        assert (page.status, page.headers["Retry-After"]) == (503, "60"), connection
        assert "Nothing was accepted" in page.text
    assert browser.get("/health/ready").status == 503
    line.forward()
    assert browser.submit_once(form, TYPED).status == 303


def test_a_lock_that_somebody_else_holds_keeps_no_visitor_waiting(browser: Browser, database: str) -> None:
    form = browser.get("/")
    with psycopg.connect(database) as other:
        other.execute("LOCK TABLE recovery_recoveryrequest")
        page = browser.submit_once(form, TYPED)
        assert (page.status, page.headers["Retry-After"]) == (503, "60")
        assert "Nothing was accepted" in page.text
    assert browser.submit_once(form, TYPED).status == 303
