"""The mail with a question of support's about a claim: its words, and the way to the answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.conf import settings

from recovery.claimed import opened
from recovery.mail.dates import minute
from recovery.mail.render import Draft, request_of
from recovery.models import ChangeState, Message, MessageKind, OwnerChange
from recovery.tokens import make_token

PURPOSE: Final = "claim-answer"


def mark_of(number: int) -> bytes:
    """What makes the link of one question another than that of the next."""
    return str(number).encode()


def number_in(message: Message) -> int:
    """Which of the claim's questions it brings."""
    return int(message.about.partition(" ")[2])


def is_answer_to_claim(message: Message) -> bool:
    """Whether it is for who claims a new address, and for nobody on file: a question, or that it was declined."""
    declined = message.kind == MessageKind.OUTCOME and message.about.startswith("declined ")
    return declined or message.kind == MessageKind.ASKED


def questions_overtaken(messages: Collection[Message]) -> set[UUID]:
    """Those of claims that are decided, or whose question was answered, before the mail went out."""
    asked = [each for each in messages if each.kind == MessageKind.ASKED]
    if not asked:
        return set()
    open_ones = OwnerChange.objects.filter(
        pk__in=[each.change_id for each in asked], state=ChangeState.OPEN, awaits_until__isnull=False
    )
    numbers = set(open_ones.values_list("pk", "questions"))
    return {each.pk for each in asked if (each.change_id, number_in(each)) not in numbers}


def draft(message: Message) -> Draft:
    """Raises LookupError where the question is gone meanwhile."""
    change, number = OwnerChange.objects.get(mails=message), number_in(message)
    claimed = opened(change.claimed, change_id=change.pk)
    if claimed is None or len(claimed.talk) < number:
        raise LookupError("what was asked is not kept any more")
    token = make_token(PURPOSE, change.pk, mark_of(number))
    facts = {
        "words": claimed.talk[number - 1].question,
        "until": f"{minute(change.awaits_until)} UTC" if change.awaits_until else "",
        "answer_url": f"{settings.PUBLIC_URL}/address-change/answer/{token}/",
    }
    return Draft("claim-question", request_of(message).address, {}, facts, message.created_at)
