"""The customer's side of the road, walked with Django's client."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings

from tests.factories import owner_of
from tests.kit.smtp import SmtpServer
from tests.recovery.web.visitor import Mailed, Visitor

CODE = "AAAA-BBBB-CCCC-DDDD"


@pytest.fixture(autouse=True)
def plain_static_files(settings: LazySettings) -> None:
    """Nothing is collected in tests, so static files keep their own names."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def browser() -> Visitor:
    return Visitor()


@pytest.fixture
def other_browser() -> Visitor:
    return Visitor()


@pytest.fixture
def mailed(browser: Visitor, smtp: SmtpServer, deliver: Callable[[], int]) -> Mailed:
    """An owner of one key has asked in `browser`, and the mail has come."""
    owner_of("anna@example.com", codes=[CODE])
    page = browser.ask("anna@example.com")
    deliver()
    return Mailed(page=page, mail=smtp.messages[-1])
