"""Whether anybody could be told of a change beforehand. Where nobody could, one person alone would decide whose keys
these are: then it takes effect on the word of a lead only."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from recovery.mistyped import NOT_READ
from recovery.models import (
    ChangeKind,
    ChangeState,
    Message,
    MessageKind,
    MessageState,
    OwnerChange,
    Suppression,
)
from recovery.models.owner_changes import OwnerChangeQuerySet
from recovery.owners.notices import GETS, GIVES

READ_IN: Final = timedelta(
    hours=24
)  # a notice that mail servers held up is given that long, whatever the date was

NOTICES: Final = Message.objects.filter(change=OuterRef("pk"), kind=MessageKind.NOTICE)


def on_their_way() -> Exists:
    """Of a change in the query around it: that a notice is still to be sent."""
    return Exists(NOTICES.filter(state__in=[MessageState.WAITING, MessageState.SENDING]))


def only_just_told() -> Exists:
    """That a notice was handed over only just now."""
    return Exists(NOTICES.filter(accepted_at__gt=Now() - READ_IN))


def reached(side: str) -> Exists:
    """That a mailbox of that side which exists took the notice."""
    dead = Suppression.objects.filter(mailbox=OuterRef("request__mailbox"), lifted_at=None)
    taken = NOTICES.filter(state=MessageState.ACCEPTED, about=f"notice {side}")
    return Exists(taken.filter(~Exists(dead)))


def may_take_effect() -> Q:
    """That somebody who has the keys now was told (of a merge, on both sides: each gets the other's) and nobody reads a
    mailbox that is said to be mistyped, or that a lead takes it on themselves."""
    told = Q(reached(GIVES)) & (~Q(kind=ChangeKind.MERGE) | Q(reached(GETS)))
    return told & NOT_READ | ~Q(confirmed_by="") | ~Q(shortened_by="")


def nobody_told() -> OwnerChangeQuerySet:
    """Approved changes that wait for the word of a lead."""
    waiting = OwnerChange.objects.filter(state=ChangeState.WAITING)
    return waiting.filter(~on_their_way()).exclude(may_take_effect())


def needs_a_lead(change: OwnerChange) -> bool:
    return change.state == ChangeState.WAITING and nobody_told().filter(pk=change.pk).exists()
