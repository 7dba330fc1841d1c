"""The mails of some mailboxes, each with every attempt and the receiving server's own words."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from recovery.models import Message, MessageState
from recovery.story.latest import Latest


def mails_to(boxes: Iterable[bytes], *, most: int) -> Latest[Message]:
    """The newest mails. Two queries."""
    found = list(all_mails_to(boxes).order_by("-id")[: most + 1])
    return Latest(found[:most], len(found) > most)


def all_mails_to(boxes: Iterable[bytes]) -> QuerySet[Message]:
    mails = Message.objects.filter(request__mailbox__in=list(boxes))
    return mails.select_related("request").prefetch_related("failed_attempts")


def server_words(mail: Message) -> str:
    """What the receiving server said last, as it said it; empty while nothing was tried."""
    if mail.reply or mail.state == MessageState.WITHHELD:
        return mail.reply
    tries = list(mail.failed_attempts.all())
    return tries[-1].reply if tries else ""
