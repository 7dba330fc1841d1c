from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from tests.licensing.sources.generators import Generator


@pytest.fixture
def receiver(settings: LazySettings) -> Iterator[Generator]:
    """A real HTTP server that takes every event, until it is told to behave otherwise."""
    settings.NOTIFY_LOOPBACK = True
    with Generator() as running:
        running.says(b"")
        yield running
