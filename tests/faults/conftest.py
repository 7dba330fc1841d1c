"""Services that the fault tests break and mend."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.faults.history import mend
from tests.journeys.ground import Ground
from tests.journeys.service import Service

# The service gives a mail server 120 s for a reply; a test of silence cannot. Endpoints of tests are on this machine.
IMPATIENT = {"SMTP_TIMEOUT_SECONDS": 3, "NOTIFY_LOOPBACK": True}


@pytest.fixture(scope="session")
def ground() -> Iterator[Ground]:
    with Ground() as made:
        yield made


@pytest.fixture(scope="session")
def standing(ground: Ground, django_db_blocker: DjangoDbBlocker) -> Iterator[Service]:
    with Service(ground, "server", unblock=django_db_blocker.unblock, settings=IMPATIENT) as running:
        yield running


@pytest.fixture
def service(standing: Service) -> Iterator[Service]:
    """The server mode in order, as it must be again after the test; no address is in its logs, no thread has died."""
    yield from in_order(standing)


@pytest.fixture(scope="session")
def standing_embedded(ground: Ground, django_db_blocker: DjangoDbBlocker) -> Iterator[Service]:
    with Service(ground, "embedded", unblock=django_db_blocker.unblock, settings=IMPATIENT) as running:
        yield running


@pytest.fixture
def embedded(standing_embedded: Service) -> Iterator[Service]:
    yield from in_order(standing_embedded)


def in_order(service: Service) -> Iterator[Service]:
    mend(service)
    yield service
    mend(service)
    assert "canary" not in service.log_text()
    assert "Exception in thread" not in service.log_text()
