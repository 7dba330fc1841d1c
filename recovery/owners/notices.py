"""The mails of a change: promised in the transaction of the step that they tell of, one for each mailbox concerned."""

from __future__ import annotations

from collections.abc import Iterable

from licensing.models import Customer
from recovery.limits import address_digest
from recovery.mail.outbox import promise
from recovery.models import MessageKind, Origin, OwnerChange, RecoveryRequest
from recovery.owners.concerned import current_addresses
from recovery.tokens import digest_of, new_browser_secret

GIVES, GETS = "gives", "gets"  # whose side of the change a mailbox is on


def tell(
    change: OwnerChange,
    kind: MessageKind,
    addresses: Iterable[str],
    *,
    step: str,
    side: str,
    language: str = "",
) -> None:
    """Promise each of these mailboxes (canonical) a mail about that step."""
    for canonical in dict.fromkeys(addresses):
        request = RecoveryRequest.objects.create(
            address=canonical,
            mailbox=address_digest(canonical),
            network=b"",
            browser_digest=digest_of(new_browser_secret()),
            origin=Origin.SERVICE,
            language=language,
        )
        promise(kind, request, change=change, about=f"{step} {side}")


def sides(change: OwnerChange) -> dict[str, list[str]]:
    """The mailboxes that prove something now, by side; each once."""
    gives = [each.canonical for each in current_addresses(change.customer_id)]
    gets = [each.canonical for each in current_addresses(change.other_id)]
    if change.new_address:
        gets.append(change.new_address)
    return {GIVES: gives, GETS: [each for each in dict.fromkeys(gets) if each not in gives]}


def give_notice(change: OwnerChange) -> None:
    """Tell every mailbox on file of everybody concerned what is to happen, and how to stop it; and the new one that
    it was approved."""
    told = sides(change)
    language = language_of(change.customer)
    on_file = [each for each in told[GETS] if each != change.new_address]
    tell(change, MessageKind.NOTICE, told[GIVES], step="notice", side=GIVES, language=language)
    tell(change, MessageKind.NOTICE, on_file, step="notice", side=GETS, language=language_of(change.other))
    if change.new_address in told[GETS]:
        tell(
            change,
            MessageKind.OUTCOME,
            [change.new_address],
            step="approved",
            side=GETS,
            language=asked_in(change),
        )


def tell_all(change: OwnerChange, *, step: str, sides_before: dict[str, list[str]] | None = None) -> None:
    """Tell both sides what became of it: the mailboxes as they are now, or as they were before it took effect."""
    told = sides_before or sides(change)
    once: set[str] = set()
    for side, customer in ((GIVES, change.customer), (GETS, change.other)):
        language = asked_in(change) if side == GETS and change.new_address else language_of(customer)
        fresh = [each for each in told[side] if each not in once]
        tell(change, MessageKind.OUTCOME, fresh, step=step, side=side, language=language)
        once |= set(fresh)


def tell_new(change: OwnerChange, *, step: str) -> None:
    """Tell who asked, and nobody else."""
    tell(change, MessageKind.OUTCOME, [change.new_address], step=step, side=GETS, language=asked_in(change))


def asked_in(change: OwnerChange) -> str:
    return change.request.language if change.request else ""


def language_of(customer: Customer | None) -> str:
    return customer.language if customer else ""
