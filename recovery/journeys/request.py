"""A customer asks: one row for the request, one for the mail, whatever the address."""

from uuid import UUID

from django.conf import settings

from licensing.addresses import canonical
from recovery.errors import NotYours
from recovery.limits import address_digest, network_digest, wider_network_digest
from recovery.mail.outbox import MailState, promise_to_new, state_of
from recovery.models import MessageKind, Origin, RecoveryRequest
from recovery.tokens import digest_of


def ask(*, typed: str, browser: str, ip: str, language: str) -> RecoveryRequest:
    """Note the request and promise a mail. Raises `AddressError` when what was typed is not one address.

    Nothing about the address is looked up here: every address does the same work and gets the same answer.
    """
    address = canonical(typed, smtputf8=settings.SMTPUTF8)
    request = RecoveryRequest(
        address=address,
        mailbox=address_digest(address),
        network=network_digest(ip),
        wider_network=wider_network_digest(ip),
        browser_digest=digest_of(browser),
        language=language,
    )
    promise_to_new(MessageKind.CHALLENGE, request)
    return request


def asked_in(browser: str, request_id: UUID) -> RecoveryRequest:
    """As `request_of`, also of a request that proves a new mailbox: to see what became of its mail."""
    try:
        return RecoveryRequest.objects.get(pk=request_id, browser_digest=digest_of(browser))
    except RecoveryRequest.DoesNotExist as error:
        raise NotYours from error


def request_of(request_id: UUID, *, browser: str) -> RecoveryRequest:
    """The request, for the browser that asked. Raises `NotYours` for every other, and where there is none."""
    try:
        return RecoveryRequest.objects.for_keys().get(pk=request_id, browser_digest=digest_of(browser))
    except RecoveryRequest.DoesNotExist as error:
        raise NotYours from error


def mail_state(request: RecoveryRequest) -> MailState:
    """The truth about the mail that proves the mailbox."""
    claims = request.origin == Origin.CLAIM
    return state_of(request, kind=MessageKind.CLAIM if claims else MessageKind.CHALLENGE)
