"""The half-hour view of "Your licenses", in the browser that proved the mailbox."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now

from licensing.holdings import Holding, holdings_of
from licensing.models import CodeReveal, EmailAddress
from licensing.support.reveals import looks_at
from recovery.errors import NoView
from recovery.mail.outbox import MailState, state_of
from recovery.mistyped import is_set_aside
from recovery.models import MessageKind, RecoveryRequest
from recovery.tokens import digest_of


def open_view(view_secret: str) -> RecoveryRequest:
    """The proved request whose view this browser holds. Raises `NoView` when it holds none, or it is over."""
    request = RecoveryRequest.objects.with_open_view().filter(view_digest=digest_of(view_secret)).first()
    if request is None:
        raise NoView
    return request


def holdings(request: RecoveryRequest, *, now: datetime) -> list[Holding]:
    """Everything that the owner of the proved mailbox owns; empty when the mailbox is (no longer) anybody's."""
    address = (
        EmailAddress.objects.current().select_related("customer").filter(canonical=request.address).first()
    )
    return holdings_of(address.customer, now=now) if address else []


def is_under_review(request: RecoveryRequest) -> bool:
    """Whether the proved mailbox is said to be a typing error, and support looks before anything is shown there."""
    return is_set_aside(request.address)


def looks(owned: Collection[Holding]) -> dict[UUID, list[CodeReveal]]:
    """When support looked at the codes of these licenses, and why; nothing is kept from their owner."""
    return looks_at(license for holding in owned for license in holding.license_ids)


def cards_of(request: RecoveryRequest, licenses: Collection[UUID], *, now: datetime) -> list[Holding]:
    """The cards of some of the owner's licenses, as they stand."""
    return [each for each in holdings(request, now=now) if set(each.license_ids) & set(licenses)]


def keys_mail_state(request: RecoveryRequest) -> MailState:
    """The truth about the mail with the keys."""
    return state_of(request, kind=MessageKind.KEYS)


def end_view(view_secret: str) -> None:
    """The customer is done; the view ends at once, in every tab."""
    RecoveryRequest.objects.with_open_view().filter(view_digest=digest_of(view_secret)).update(
        view_ends_at=Now()
    )
