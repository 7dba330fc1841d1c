"""The console as it is everywhere but in the demo: a second factor for everybody."""

import pytest
from django.conf import LazySettings

from tests.staff.people import Person, person


@pytest.fixture(autouse=True)
def _pages(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # quick; how slow is Django's
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def grace(db: None) -> Person:
    """An administrator with an authenticator app."""
    return person()
