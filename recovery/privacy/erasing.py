"""Takes a person out of requests, mails and moves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from licensing.addresses import for_limits
from licensing.keys.stored import destroy_key
from licensing.privacy.person import Person
from recovery.exchange.execute import end, lock_licenses
from recovery.limits import customer_digest, mailbox_digest
from recovery.models import (
    Allowance,
    Challenge,
    ChangeKind,
    DomainPause,
    Exchange,
    ExchangeNote,
    ExchangeState,
    MailAttempt,
    Message,
    MessageState,
    Mute,
    Origin,
    OwnerChange,
    RecoveryRequest,
    Suppression,
    Withheld,
)
from recovery.owners.shells import forget_of
from recovery.tokens import derive


def forget(person: Person, *, now: datetime) -> None:
    """In the caller's transaction. Counters, mails and requests are taken in the order in which a worker takes them,
    so that neither waits for the other half-way; licenses before mails, as moves do it."""
    claims = requests_of_changes(person)
    forget_counters(person)
    forget_moves(person, now=now)
    forget_changes(person)
    forget_requests(person, claims)
    forget_refusals(person)


def forget_changes(person: Person) -> None:
    """With whom merges had emptied for this person, and what the audit trail says of these."""
    for shell in forget_of(person.customer.pk, person.mailboxes):
        destroy_key(f"customer:{shell}")


def requests_of_changes(person: Person) -> list[UUID]:
    """Those of addresses that were to become theirs, with the mails about it; not what the mailbox's reader asked for
    otherwise, who may be somebody else."""
    changes = OwnerChange.objects.filter(customer=person.customer, kind=ChangeKind.ADDRESS)
    asked = RecoveryRequest.objects.filter(address__in=changes.values("new_address"))
    about = Q(origin=Origin.CLAIM) | Exists(
        Message.objects.filter(request=OuterRef("pk"), change__in=changes)
    )
    return list(asked.filter(about).values_list("pk", flat=True))


def forget_counters(person: Person) -> None:
    subjects = {customer_digest(person.customer.pk), *map(mailbox_digest, person.mailboxes)}
    Allowance.objects.filter(
        subject__in=subjects | digests("mailbox", map(for_limits, person.mailboxes))
    ).delete()


def digests(purpose: str, texts: Iterable[str]) -> set[bytes]:
    """As `recovery.tokens.counting_digest`, under former secrets, too."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return {derive(purpose, text.encode(), secret=secret)[:16] for text in texts for secret in secrets}


def forget_requests(person: Person, more: Iterable[UUID] = ()) -> None:
    """Requests with all their mails. One whose mail a worker has in hand is emptied instead and goes an hour later:
    the worker may still write about it. What it has not begun to send, it will not send."""
    theirs = RecoveryRequest.objects.filter(Q(address__in=person.mailboxes) | Q(pk__in=list(more)))
    mails = Message.objects.filter(request__in=theirs).order_by("pk")
    list(mails.select_for_update().values_list("pk"))
    list(theirs.order_by("pk").select_for_update().values_list("pk"))
    in_hand = Message.objects.filter(request=OuterRef("pk"), lease_until__gt=Now())
    busy = list(theirs.filter(Exists(in_hand)).values_list("pk", flat=True))
    theirs.exclude(pk__in=busy).delete()
    empty(busy)


def empty(requests: list[UUID]) -> None:
    mails = Message.objects.filter(request__in=requests)
    MailAttempt.objects.filter(message__in=mails).update(reply="")
    mails.filter(state__in=[MessageState.WAITING, MessageState.SENDING]).update(
        state=MessageState.WITHHELD, withheld_because=Withheld.OVERTAKEN
    )
    mails.update(
        reply="", lease_owner=None
    )  # the lease's end stays: until then the worker may write about it
    Challenge.objects.filter(request__in=requests, consumed_at=None).update(consumed_at=Now())
    RecoveryRequest.objects.filter(pk__in=requests).update(
        address="",
        mailbox=b"",
        network=b"",
        wider_network=None,
        browser_digest=b"",
        view_digest=None,
        view_ends_at=None,
    )


def forget_moves(person: Person, *, now: datetime) -> None:
    """Moves that run end; that licenses moved stays, since the rules count it; what was written about it goes."""
    lock_licenses(person.licenses)
    theirs = Q(license__in=person.licenses) | Q(request__address__in=person.mailboxes)
    moves = Exchange.objects.filter(pk__in=list(Exchange.objects.filter(theirs).values_list("pk", flat=True)))
    for exchange in moves.running():
        end(exchange, ExchangeState.CANCELLED, now=now)
    ExchangeNote.objects.filter(exchange__in=moves).delete()
    moves.update(reason="", request=None)


def forget_refusals(person: Person) -> None:
    """Mutes and dead mailboxes that last are kept, as the keyed digest that they are: without them mail would go again
    where somebody stopped it, or where nobody reads it. What the mail server wrote goes."""
    marks = digests("address", person.mailboxes)
    Mute.objects.filter(Q(lifted_at__isnull=False) | Q(until__lte=Now()), mailbox__in=marks).delete()
    dead = Suppression.objects.filter(mailbox__in=marks)
    dead.filter(lifted_at__isnull=False).delete()
    dead.update(reply="")
    domains = {each.rpartition("@")[2] for each in person.mailboxes}
    DomainPause.objects.filter(domain__in=domains, until__lte=Now()).delete()
