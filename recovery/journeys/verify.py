"""A customer proves that they read the mailbox, by the mailed link or the mailed code.

On proof, in one transaction: the challenge and every other one of that request is consumed, this browser's view is
opened, and the mail with the keys is promised.
"""

from django.db import transaction
from django.db.models.functions import Now

from recovery.mail.outbox import promise, promise_to_new
from recovery.mail.recovered import tell_of_recovery
from recovery.models import VIEW_LIFE, Challenge, MessageKind, Origin, RecoveryRequest
from recovery.owners.ending import owner_proved
from recovery.proving import (
    FOR_KEYS,
    LinkStanding,
    asked_again,
    authentic,
    consume,
    meant_by_code,
    standing_of,
)
from recovery.tokens import digest_of, new_browser_secret

__all__ = ["LinkStanding", "ask_again", "link_standing", "prove_by_code", "prove_by_link"]


def link_standing(token: str) -> LinkStanding:
    """What pressing the button would find; changes nothing. Raises `InvalidToken`."""
    return standing_of(authentic(token, purpose=FOR_KEYS))


def prove_by_link(token: str) -> str:
    """Consume the challenge and open a view; the secret is for the cookie of the browser that pressed the button.

    Raises `InvalidToken`, `Used`, `Expired`.
    """
    return open_view(authentic(token, purpose=FOR_KEYS))


def prove_by_code(request: RecoveryRequest, *, typed: str) -> str:
    """The same by the code, in the browser that asked. Raises `WrongCode`, `TooManyTries`, `Used`, `Expired`."""
    return open_view(meant_by_code(request, typed=typed))


def open_view(challenge: Challenge) -> str:
    secret = new_browser_secret()
    with transaction.atomic():
        consume(challenge, view_digest=digest_of(secret), view_ends_at=Now() + VIEW_LIFE)
        promise(MessageKind.KEYS, challenge.request)
        owner_proved(challenge.request)
        tell_of_recovery(challenge.request, by="customer")
    return secret


def ask_again(token: str, *, browser: str, ip: str, language: str) -> RecoveryRequest:
    """A fresh mail to the address the token was mailed to, under a limit that strangers cannot use up.

    Raises `InvalidToken`, also when the request is so old that it is forgotten.
    """
    earlier = authentic(token, purpose=FOR_KEYS).request
    request = asked_again(earlier, origin=Origin.LINK, browser=browser, ip=ip, language=language)
    promise_to_new(MessageKind.CHALLENGE, request)
    return request
