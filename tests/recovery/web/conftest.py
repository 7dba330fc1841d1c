"""The customer's side of the road, walked with Django's client."""

import pytest
from django.conf import LazySettings
from django.test import Client


@pytest.fixture(autouse=True)
def plain_static_files(settings: LazySettings) -> None:
    """Nothing is collected in tests, so static files keep their own names."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def browser() -> Client:
    """A browser that checks forms as the real ones are checked, at the public address."""
    return new_browser()


@pytest.fixture
def other_browser() -> Client:
    return new_browser()


def new_browser() -> Client:
    return Client(enforce_csrf_checks=True, SERVER_NAME="recover.example.com", **{"wsgi.url_scheme": "https"})
