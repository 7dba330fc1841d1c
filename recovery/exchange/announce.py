"""The mails of an exchange: promised in the transaction of the step that they tell of, one a step."""

from __future__ import annotations

from collections.abc import Sequence

from licensing.models import Customer
from recovery.mail.outbox import promise
from recovery.mail.unasked import unasked
from recovery.models import Exchange, ExchangeMail, Message, MessageKind, Origin, RecoveryRequest


def announce(kind: MessageKind, exchanges: Sequence[Exchange], *, detail: str = "") -> Message | None:
    """Promise one mail that tells of this step of these exchanges, all of one customer's.

    It goes to the mailbox that was proved when the customer asked, or else to the owner's current address. None
    where the customer has no mailbox any more: then the page is what tells of it.
    """
    request = request_for(exchanges[0])
    if request is None:
        return None
    message = promise(kind, request)
    ExchangeMail.objects.bulk_create(
        ExchangeMail(exchange=each, message=message, step=f"{kind} {detail}".strip()) for each in exchanges
    )
    return message


def request_for(exchange: Exchange) -> RecoveryRequest | None:
    """Whom the mail goes to. The proved mailbox, if it is still one of the owner's: it may have changed since."""
    owner = exchange.license.owner
    if owner is None:
        return None
    asked = exchange.request
    if asked and owner.addresses.current().filter(canonical=asked.address).exists():
        return asked
    return on_behalf_of(owner)


def on_behalf_of(owner: Customer) -> RecoveryRequest | None:
    """A request that nobody made, so that a mail to the customer's newest mailbox has one; no browser can use it."""
    address = owner.addresses.current().select_related("customer").order_by("-id").first()
    if address is None:
        return None
    return unasked(address, origin=Origin.SERVICE)
