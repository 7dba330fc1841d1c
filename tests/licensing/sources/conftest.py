from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from tests.licensing.sources.generators import Generator


@pytest.fixture
def generator(settings: LazySettings) -> Iterator[Generator]:
    """The vendor's generator, in the vendor's own network."""
    with Generator() as running:
        settings.GENERATOR_HOSTS = []
        settings.GENERATOR_INTERNAL_HOSTS = [running.host]
        settings.GENERATOR_SECRETS = {"cutter": "user:password"}
        yield running
