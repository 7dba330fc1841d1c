"""Publish in the request, acknowledge early, send, then mark."""

from dataclasses import replace
from email.utils import make_msgid
from secrets import token_bytes
from typing import Any
from uuid import UUID

from celery import Task, shared_task
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from licensing.holdings import Shelf
from licensing.models import EmailAddress
from recovery.mail import render
from recovery.mail.letter import Letter, Verdict
from recovery.mail.smtp import SmtpTransport
from recovery.models import CHALLENGE_LIFE, Challenge, Message, MessageKind, MessageState, RecoveryRequest


def promise(kind: MessageKind, request: RecoveryRequest) -> Message:
    """A row, its secret, and the task, all while the visitor waits and before anything is committed."""
    message = Message.objects.create(kind=kind, request=request, mint=1)
    if kind == MessageKind.CHALLENGE:
        Challenge.objects.create(
            request=request, mint=1, nonce=token_bytes(16), expires_at=Now() + CHALLENGE_LIFE
        )
    send.delay(str(message.pk))
    return message


def promise_to_new(kind: MessageKind, request: RecoveryRequest) -> Message:
    with transaction.atomic():
        request.save(force_insert=True)
        return promise(kind, request)


@shared_task(bind=True, name="naive.send", max_retries=3)
def send(self: "Task[Any, Any]", message: str) -> None:
    """Sends the mail and then marks it as sent; tries again a second later when that fails."""
    try:
        send_then_mark(Message.objects.select_related("request").get(pk=UUID(message)))
    except Exception as error:
        raise self.retry(exc=error, countdown=1) from error


@shared_task(name="naive.sweep")
def sweep() -> None:
    """Whatever is not marked yet."""
    for message in Message.objects.filter(state=MessageState.WAITING).select_related("request"):
        send_then_mark(message)


def send_then_mark(message: Message) -> None:
    if message.state == MessageState.ACCEPTED:
        return
    transport = SmtpTransport()
    outcome = transport.send(replace(written(message), message_id=make_msgid()))
    transport.close()
    if outcome.verdict is not Verdict.ACCEPTED:
        raise OSError(outcome.reply)
    message.state = MessageState.ACCEPTED
    message.save(update_fields=["state"])


def written(message: Message) -> Letter:
    request = render.request_of(message)
    address = EmailAddress.objects.filter(canonical=request.address).first()
    if message.kind == MessageKind.CHALLENGE:
        challenge = request.challenges.get()
        draft = (
            render.challenge(message, challenge, address=address)
            if address
            else render.nothing_found(message, challenge, shops=())
        )
    else:
        assert address is not None
        draft = render.keys(message, address=address, shelf=Shelf([address.customer]), now=timezone.now())
    return render.written(draft, message, language="en")
