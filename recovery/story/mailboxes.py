"""A customer's addresses, and what keeps mail from each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from licensing.models import EmailAddress
from recovery.limits import address_digest
from recovery.models import DomainPause, Mute, Suppression


@dataclass(frozen=True)
class Mailbox:
    """One address with the blocks that are in force; `box` is the digest that requests and blocks know it by."""

    address: EmailAddress
    box: bytes
    mute: Mute | None
    suppression: Suppression | None
    pause: DomainPause | None

    @property
    def is_current(self) -> bool:
        return self.address.former_since is None

    @property
    def is_blocked(self) -> bool:
        return bool(self.mute or self.suppression or self.pause)


def mailboxes_of(addresses: Iterable[EmailAddress], *, now: datetime) -> list[Mailbox]:
    """Current ones first, then by age. Three queries."""
    known = {address_digest(each.canonical): each for each in addresses}
    domains = {each.canonical.rpartition("@")[2] for each in known.values()}
    mutes = {bytes(each.mailbox): each for each in muted(known, now=now)}
    dead = {bytes(each.mailbox): each for each in suppressed(known)}
    pauses = {each.domain: each for each in DomainPause.objects.filter(domain__in=domains, until__gt=now)}
    found = [
        Mailbox(each, box, mutes.get(box), dead.get(box), pauses.get(each.canonical.rpartition("@")[2]))
        for box, each in known.items()
    ]
    return sorted(found, key=lambda each: (not each.is_current, each.address.created_at, each.address.pk))


def muted(boxes: Iterable[bytes], *, now: datetime) -> Iterable[Mute]:
    return Mute.objects.filter(mailbox__in=list(boxes), lifted_at=None, until__gt=now)


def suppressed(boxes: Iterable[bytes]) -> Iterable[Suppression]:
    return Suppression.objects.filter(mailbox__in=list(boxes), lifted_at=None)
