"""A shop told its customer that the key follows by mail: once it is there, it goes out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import OperationalError, transaction

from licensing.intake.key_asks import fulfilled, owners, waited_for
from licensing.keys.waiting import serve_waiting
from licensing.models import KeyAsk, KeyAskState
from recovery.exchange.announce import on_behalf_of
from recovery.mail.outbox import promise
from recovery.models import MessageKind

AT_ONCE = 500  # in one run; the next run goes on

log = structlog.get_logger(__name__)


def mail_promised_keys(*, now: datetime) -> int:
    """Promise a mail for every such key that is there now; how many. Any number of workers may run it at once.

    Who waits for a key of the same edition longer, by whatever way it was bought, is served before them.
    """
    serve_waiting(waited_for(), now=now)
    found = fulfilled(now=now).order_by("id")
    return sum(tried(ask_id, now=now) for ask_id in list(found.values_list("pk", flat=True)[:AT_ONCE]))


def tried(ask_id: UUID, *, now: datetime) -> bool:
    """As `mail_one`; one that cannot be mailed is logged, and holds up nobody else's."""
    try:
        return mail_one(ask_id, now=now)
    except OperationalError:  # the database is away: the next run tries again
        raise
    except Exception:
        log.exception("promised_key_not_mailed", ask=str(ask_id))
        return False


def mail_one(ask_id: UUID, *, now: datetime) -> bool:
    """Whether it was this call that promised the mail: who takes the row writes it, in the same transaction."""
    with transaction.atomic():
        promised = KeyAsk.objects.filter(pk=ask_id, state=KeyAskState.PROMISED)
        if not promised.update(state=KeyAskState.MAILED, reason="", answered_at=now):
            return False
        ask = KeyAsk.objects.get(pk=ask_id)
        owner = owners(ask).first()
        request = on_behalf_of(owner) if owner else None
        if request is None:  # gone between the two looks; should one come back, so does this promise
            transaction.set_rollback(True)
            return False
        promise(MessageKind.PROMISED, request, ask=ask)
        return True
