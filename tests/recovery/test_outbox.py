import os
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Model

from recovery.mail.outbox import promise_to_new
from recovery.models import Message, MessageKind, RecoveryRequest

pytestmark = pytest.mark.django_db


def unsaved(**fields: Any) -> RecoveryRequest:
    facts = {"mailbox": os.urandom(16), "network": os.urandom(16), "browser_digest": os.urandom(32), **fields}
    return RecoveryRequest(address="o'hara%s@example.com", language="en", **facts)


def stored_in(row: Model) -> dict[str, Any]:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in values.items()}


def test_a_request_and_its_mail_are_stored_as_they_are_returned() -> None:
    request = unsaved()
    message = promise_to_new(MessageKind.CHALLENGE, request)
    assert stored_in(RecoveryRequest.objects.get()) == stored_in(request)
    assert stored_in(Message.objects.get()) == stored_in(message)


def test_a_request_can_be_saved_again_after_it_was_promised_a_mail() -> None:
    request = unsaved()
    promise_to_new(MessageKind.CHALLENGE, request)
    request.language = "de"
    request.save()
    assert RecoveryRequest.objects.get().language == "de"


def test_stores_neither_when_one_cannot_be_stored() -> None:
    broken = unsaved(mailbox=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        promise_to_new(MessageKind.CHALLENGE, broken)
    assert not RecoveryRequest.objects.exists()
    assert not Message.objects.exists()
