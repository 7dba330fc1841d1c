import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from licensing.addresses import AddressError
from recovery.errors import NotYours
from recovery.journeys.request import ask, mail_state, request_of
from recovery.mail.outbox import MailState
from recovery.models import Message, RecoveryRequest
from recovery.tokens import new_browser_secret
from tests.factories import owner_of
from tests.recovery.asking import asked

pytestmark = pytest.mark.django_db


def test_writes_one_request_and_one_mail() -> None:
    request = asked()
    assert Message.objects.get().request == request
    assert mail_state(request) is MailState.WAITING


def test_does_the_same_work_for_known_and_unknown_addresses() -> None:
    owner_of("known@example.com", codes=["AAAA-BBBB-CCCC-DDDD"])
    with CaptureQueriesContext(connection) as known:
        asked("known@example.com")
    with CaptureQueriesContext(connection) as unknown:
        asked("unknown@example.com")
    written = [
        re.findall(r'INTO "?(\w+)', " ".join(each["sql"] for each in all_of)) for all_of in (known, unknown)
    ]
    assert written == [["recovery_recoveryrequest", "recovery_message"]] * 2
    assert len(known) == len(unknown)
    assert not any("licensing_" in each["sql"] for each in [*known, *unknown])


def test_refuses_what_is_not_an_address_and_keeps_nothing() -> None:
    with pytest.raises(AddressError):
        ask(typed="a@example.com\r\nBcc: b@example.com", browser="b", ip="192.0.2.1", language="")
    assert not RecoveryRequest.objects.exists()


def test_shows_a_request_only_to_the_browser_that_asked() -> None:
    browser = new_browser_secret()
    request = asked(browser=browser)
    assert request_of(request.pk, browser=browser) == request
    with pytest.raises(NotYours):
        request_of(request.pk, browser=new_browser_secret())


def test_keeps_neither_the_browsers_secret_nor_the_network_in_the_clear() -> None:
    browser = new_browser_secret()
    request = asked(browser=browser, ip="198.51.100.77")
    row = RecoveryRequest.objects.filter(pk=request.pk).values().get()
    kept = repr({name: bytes(v) if isinstance(v, memoryview) else v for name, v in row.items()})
    assert browser not in kept
    assert "198.51.100" not in kept
