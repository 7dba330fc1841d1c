"""A customer proves that they read the mailbox, by the mailed link or the mailed code.

On proof, in one transaction: the challenge and every other one of that request is consumed, this browser's view is
opened, and the mail with the keys is promised.
"""

from enum import StrEnum

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from recovery.errors import Expired, TooManyTries, Used, WrongCode
from recovery.limits import CODES, mailbox_digest, network_digest, take, wider_network_digest
from recovery.mail.outbox import promise, promise_to_new
from recovery.models import CODE_TRIES, VIEW_LIFE, Challenge, MessageKind, Origin, RecoveryRequest
from recovery.owners.ending import owner_proved
from recovery.tokens import (
    InvalidToken,
    check_token,
    digest_of,
    new_browser_secret,
    row_named_by,
    same_code,
)


class LinkStanding(StrEnum):
    LIVE = "live"
    USED = "used"
    EXPIRED = "expired"


def authentic(token: str) -> Challenge:
    """The challenge a mailed token proves. Raises `InvalidToken` if we did not make it, or have forgotten it."""
    known = Challenge.objects.select_related("request").exclude(request__origin=Origin.CLAIM)
    challenge = known.filter(pk=row_named_by(token)).first()
    if challenge is None:
        raise InvalidToken
    check_token("verify", token, challenge.material)
    return challenge


def link_standing(token: str) -> LinkStanding:
    """What pressing the button would find; changes nothing. Raises `InvalidToken`."""
    return standing_of(authentic(token))


def standing_of(challenge: Challenge) -> LinkStanding:
    if challenge.consumed_at or challenge.request.verified_at:
        return LinkStanding.USED
    return (
        LinkStanding.LIVE
        if Challenge.objects.live().filter(pk=challenge.pk).exists()
        else LinkStanding.EXPIRED
    )


def prove_by_link(token: str) -> str:
    """Consume the challenge and open a view; the secret is for the cookie of the browser that pressed the button.

    Raises `InvalidToken`, `Used`, `Expired`.
    """
    return consume(authentic(token))


def prove_by_code(request: RecoveryRequest, *, typed: str) -> str:
    """The same by the code, in the browser that asked. Every try is counted before it is looked at.

    Raises `WrongCode`, `TooManyTries`, `Used`, `Expired`; the link goes on working beyond all of them but `Used`.
    """
    if request.verified_at:
        raise Used
    if not take(CODES, mailbox_digest(request.address), now=timezone.now()):
        raise TooManyTries
    challenges = take_a_try(request)
    if not challenges:
        raise why_none_is_left(request)
    for challenge in challenges:
        if same_code(challenge.pk, challenge.material, typed):
            return consume(challenge)
    raise WrongCode(CODE_TRIES - min(challenge.tries + 1 for challenge in challenges))


def take_a_try(request: RecoveryRequest) -> list[Challenge]:
    """The challenges that this try may be compared with; committed before the comparing, so that none is free.

    The request is locked before its challenges, as a proof and a mute do: whoever takes them in another order can meet
    one of these half-way, and the database gives up one of the two.
    """
    with transaction.atomic():
        list(RecoveryRequest.objects.filter(pk=request.pk).select_for_update(no_key=True).values_list("pk"))
        open_ones = request.challenges.live().filter(tries__lt=CODE_TRIES).select_for_update()
        challenges = list(open_ones)
        Challenge.objects.filter(pk__in=[each.pk for each in challenges]).count_a_try()
    return challenges


def why_none_is_left(request: RecoveryRequest) -> Exception:
    """The same for known and unknown addresses: both have challenges, only one of them is mailed."""
    if not request.challenges.exists():
        return WrongCode(CODE_TRIES)  # nothing was mailed yet, so nothing was typed from a mail
    if request.challenges.live().exists():
        return TooManyTries()
    return Expired()


def consume(challenge: Challenge) -> str:
    """Exactly one proof a request, whatever is pressed at once. Raises `Used` or `Expired`."""
    secret = new_browser_secret()
    with transaction.atomic():
        proved = RecoveryRequest.objects.filter(pk=challenge.request_id, verified_at=None).update(
            verified_at=Now(), view_digest=digest_of(secret), view_ends_at=Now() + VIEW_LIFE
        )
        taken = Challenge.objects.live().filter(pk=challenge.pk).update(consumed_at=Now())
        if not (proved and taken):
            raise Used if not proved else Expired  # rolls both back
        Challenge.objects.filter(request=challenge.request_id, consumed_at=None).update(consumed_at=Now())
        promise(MessageKind.KEYS, challenge.request)
        owner_proved(challenge.request)
    return secret


def ask_again(token: str, *, browser: str, ip: str, language: str) -> RecoveryRequest:
    """A fresh mail to the address the token was mailed to, under a limit that strangers cannot use up.

    Raises `InvalidToken`, also when the request is so old that it is forgotten.
    """
    earlier = authentic(token).request
    request = RecoveryRequest(
        address=earlier.address,
        mailbox=earlier.mailbox,
        network=network_digest(ip),
        wider_network=wider_network_digest(ip),
        browser_digest=digest_of(browser),
        origin=Origin.LINK,
        language=language,
    )
    promise_to_new(MessageKind.CHALLENGE, request)
    return request
