"""From one mail to the next: the one before was accepted, this one begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from recovery.mail.letter import Letter, Outcome
from recovery.mail.mark import for_support, mark
from recovery.models import Message, MessageState

# `mark` of an accepted mail and `begin`, in one round trip: a worker spends its time on little else.
BOTH: Final = """
WITH accepted AS (
    UPDATE recovery_message
    SET state = 'accepted', accepted_at = STATEMENT_TIMESTAMP(), reply = %(reply)s,
        lease_owner = NULL, lease_until = NULL
    WHERE id = %(accepted)s AND lease_owner IS NOT DISTINCT FROM %(owner)s
    RETURNING id
), begun AS (
    UPDATE recovery_message
    SET state = 'sending', attempts = attempts + 1, attempt_at = STATEMENT_TIMESTAMP(), template = %(template)s
    WHERE id = %(begun)s AND lease_owner IS NOT DISTINCT FROM %(owner)s AND lease_until > STATEMENT_TIMESTAMP()
    RETURNING id
)
SELECT EXISTS (SELECT FROM accepted), EXISTS (SELECT FROM begun)
"""


@dataclass(frozen=True)
class Accepted:
    """A mail that the server has taken, and that is not marked yet."""

    message: Message
    outcome: Outcome
    recipient: str

    def mark(self, owner: UUID) -> bool:
        return mark(self.message, self.outcome, owner=owner, recipient=self.recipient)


def begin(message: Message, letter: Letter, *, owner: UUID) -> bool:
    """Say that the attempt begins, before anything is sent; whether the mail is still ours to send."""
    ours = Message.objects.filter(pk=message.pk, lease_owner=owner, lease_until__gt=Now())
    return bool(
        ours.update(
            state=MessageState.SENDING, attempts=F("attempts") + 1, attempt_at=Now(), template=letter.template
        )
    )


def mark_and_begin(before: Accepted, message: Message, letter: Letter, *, owner: UUID) -> tuple[bool, bool]:
    """Mark the one and begin the other; of each, whether it was still ours. Both or neither is written."""
    if connection.vendor != "postgresql":
        return before.mark(owner), begin(message, letter, owner=owner)
    facts: dict[str, UUID | str] = {
        "accepted": before.message.pk,
        "reply": for_support(before.outcome, before.recipient),
        "begun": message.pk,
        "template": letter.template,
        "owner": owner,
    }
    with connection.cursor() as cursor:
        cursor.execute(BOTH, facts)
        marked, begun = cursor.fetchone()
    return marked, begun
