"""What is held of a customer's requests, mails and moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from licensing.models import License
from licensing.privacy.person import Person
from licensing.privacy.sections import Asked, Row, Section, moment, section
from recovery.models import (
    ChangeKind,
    ChangeState,
    Exchange,
    Message,
    Mute,
    OwnerChange,
    RecoveryRequest,
    Suppression,
)
from recovery.privacy.erasing import digests

AUTHORS: Final = {"customer": "you", "support": "support"}


def held(person: Person, asked: Asked) -> Iterator[Section]:
    days = f"{settings.RETENTION_DAYS} days"
    yield section(
        "requests",
        "When somebody asked for your keys, and the mails about it",
        why="To answer, and to stop misuse.",
        kept=f"{days}, then deleted.",
        rows=requests(person),
    )
    yield section(
        "moves",
        "Moves to another platform, and replaced keys",
        why="The rules count how often a license moved.",
        kept=f"The move with the license; what was written about it {days} after it is done with.",
        rows=moves(person, asked),
    )
    yield section(
        "changes_of_owner",
        "When your address, or who has your licenses, was to change",
        why="So that nobody takes your keys, and a mistake can be undone.",
        kept="Until you have it erased.",
        rows=changes(person),
    )
    yield section(
        "mutes",
        "Mails that were stopped",
        why="So that nobody can have mail sent to you that you do not want, or that nobody reads.",
        kept="Until it ends; also when you have your data erased, as a mark that cannot be read back.",
        rows=[*mutes(person), *dead(person)],
    )


def requests(person: Person) -> Iterator[Row]:
    asked = RecoveryRequest.objects.filter(address__in=person.mailboxes).order_by("id")
    for each in asked.prefetch_related("messages__failed_attempts"):
        yield {
            "address": each.address,
            "asked_at": moment(each.created_at),
            "where": each.get_origin_display(),
            "language": each.language,
            "mailbox_proved_at": moment(each.verified_at),
            "marks": "of browser and network, for counting; they cannot be read back",
            "mails": [of_mail(mail) for mail in each.messages.all()],
        }


def of_mail(mail: Message) -> Row:
    return {
        "about": mail.get_kind_display(),
        "promised_at": moment(mail.created_at),
        "state": mail.get_state_display(),
        "accepted_at": moment(mail.accepted_at),
        "mail_server_said": mail.reply,
        "failed_tries": [
            {"at": moment(each.ended_at), "mail_server_said": each.reply}
            for each in mail.failed_attempts.all()
        ],
    }


def came_from_others(customer: UUID) -> frozenset[UUID]:
    """Orders and licenses that were handed on to that customer by somebody else."""
    got = OwnerChange.objects.filter(other=customer, kind=ChangeKind.REASSIGN, state=ChangeState.DONE)
    orders = got.filter(purchase__isnull=False).values("purchase")
    units = License.objects.filter(Q(line__purchase__in=orders) | Q(owner_changes__in=got)).values_list(
        "pk", flat=True
    )
    return frozenset({*orders.values_list("purchase", flat=True), *units})


def is_theirs(move: Exchange, person: Person, asked: Asked) -> bool:
    """Whether it was they who asked for it, as far as it is known: who had the license before wrote of themselves."""
    if move.request is None:
        return move.license_id not in asked.from_others
    return move.request.address in person.mailboxes


def moves(person: Person, asked: Asked) -> Iterator[Row]:
    theirs = Q(license__in=person.licenses) | Q(request__address__in=person.mailboxes)
    found = Exchange.objects.filter(theirs).select_related("from_edition__product", "to_edition", "request")
    for each in found.prefetch_related("notes").order_by("id"):
        own = is_theirs(each, person, asked)
        yield {
            "what": each.get_kind_display(),
            "product": each.from_edition.product.name,
            "from": each.from_edition.get_platform_display(),
            "to": each.to_edition.get_platform_display(),
            "state": each.get_state_display(),
            "asked_at": moment(each.asked_at),
            "done_at": moment(each.completed_at),
            "undone_at": moment(each.undone_at),
            "ended_at": moment(each.ended_at),
            "supports_reason": each.reason if own else "",
            "written": [
                {"at": moment(note.created_at), "by": AUTHORS[note.author], "text": note.text}
                for note in (each.notes.all() if own else ())
            ],
        }


def changes(person: Person) -> Iterator[Row]:
    """Of somebody else whom it concerns, nothing is told."""
    for each in OwnerChange.objects.concerning(person.customer.pk).order_by("id"):
        own = each.customer_id == person.customer.pk
        yield {
            "what": each.get_kind_display(),
            "state": each.get_state_display(),
            "new_address": each.new_address if own and each.kind == ChangeKind.ADDRESS else "",
            "asked_by": "support" if each.asked_by else "you, or somebody in your name",
            "asked_at": moment(each.asked_at),
            "decided_at": moment(each.decided_at),
            "supports_reason": each.reason if own else "",
            "in_effect_since": moment(each.done_at),
            "ended_at": moment(each.ended_at),
            "ended_because": each.get_ended_because_display(),
        }


def mutes(person: Person) -> Iterator[Row]:
    for each in Mute.objects.filter(mailbox__in=digests("address", person.mailboxes)).order_by("id"):
        yield {
            "what": "requests were stopped",
            "since": moment(each.created_at),
            "until": moment(each.until),
            "lifted_at": moment(each.lifted_at),
        }


def dead(person: Person) -> Iterator[Row]:
    for each in Suppression.objects.filter(mailbox__in=digests("address", person.mailboxes)).order_by("id"):
        yield {
            "what": "the mail server said that there is no such mailbox",
            "since": moment(each.created_at),
            "lifted_at": moment(each.lifted_at),
            "mail_server_said": each.reply,
        }
