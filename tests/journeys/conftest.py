"""One service in each mode for all journeys, telling its logs everything."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.journeys.ground import Ground
from tests.journeys.service import Service


@pytest.fixture(scope="session")
def ground() -> Iterator[Ground]:
    with Ground() as made:
        yield made


@pytest.fixture(scope="session", params=["server", "embedded"])
def service(
    ground: Ground, django_db_blocker: DjangoDbBlocker, request: pytest.FixtureRequest
) -> Iterator[Service]:
    unblock = django_db_blocker.unblock
    with Service(ground, request.param, unblock=unblock, log_level="DEBUG") as running:
        yield running
