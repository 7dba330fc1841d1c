"""A mail that was sent and accepted, as every test here begins."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings

from recovery.models import Message, MessageKind
from tests.factories import owner_of
from tests.kit.smtp import SmtpServer
from tests.recovery.asking import asked


@pytest.fixture
def bounce_address(settings: LazySettings) -> str:
    settings.BOUNCE_ADDRESS = "bounces@vendor.example"
    return "bounces@vendor.example"


@pytest.fixture
def sent(bounce_address: str, smtp: SmtpServer, deliver: Callable[[], int]) -> Message:
    """The mail with the link, accepted for anna@example.com, who is a customer."""
    owner_of("anna@example.com", codes=["AAAA-BBBB-CCCC-DDDD"])
    request = asked("anna@example.com")
    deliver()
    return Message.objects.get(request=request, kind=MessageKind.CHALLENGE)
