"""The proof of reading a mailbox, by the mailed link or the mailed code, whatever it is proved for.

A link is good for one purpose: one that opens keys proves no claim, and the other way round.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from recovery.errors import Expired, TooManyTries, Used, WrongCode
from recovery.limits import CODES, mailbox_digest, network_digest, take, wider_network_digest
from recovery.models import CODE_TRIES, Challenge, Origin, RecoveryRequest
from recovery.tokens import InvalidToken, check_token, digest_of, row_named_by, same_code

FOR_KEYS: Final = "verify"
FOR_A_CLAIM: Final = "claim"


class LinkStanding(StrEnum):
    LIVE = "live"
    USED = "used"
    EXPIRED = "expired"


def authentic(token: str, *, purpose: str) -> Challenge:
    """The challenge a mailed token proves. Raises `InvalidToken` if we did not make it for that, or have forgotten
    it."""
    challenge = Challenge.objects.select_related("request").filter(pk=row_named_by(token)).first()
    if challenge is None or (challenge.request.origin == Origin.CLAIM) != (purpose == FOR_A_CLAIM):
        raise InvalidToken
    check_token(purpose, token, challenge.material)
    return challenge


def standing_of(challenge: Challenge) -> LinkStanding:
    """What pressing the button would find; changes nothing."""
    if challenge.consumed_at or challenge.request.verified_at:
        return LinkStanding.USED
    live = Challenge.objects.live().filter(pk=challenge.pk).exists()
    return LinkStanding.LIVE if live else LinkStanding.EXPIRED


def meant_by_code(request: RecoveryRequest, *, typed: str) -> Challenge:
    """The challenge of the request whose code was typed. Every try is counted before it is looked at.

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
            return challenge
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


def consume(challenge: Challenge, **proof: Any) -> None:
    """Exactly one proof a request, whatever is pressed at once; `proof` is what its row says from now on.

    In the caller's transaction, which it must end. Raises `Used` or `Expired`.
    """
    unproved = RecoveryRequest.objects.filter(pk=challenge.request_id, verified_at=None)
    if not unproved.update(verified_at=Now(), **proof):
        raise Used
    if not Challenge.objects.live().filter(pk=challenge.pk).update(consumed_at=Now()):
        raise Expired
    Challenge.objects.filter(request=challenge.request_id, consumed_at=None).update(consumed_at=Now())


def asked_again(
    earlier: RecoveryRequest, *, origin: Origin, browser: str, ip: str, language: str
) -> RecoveryRequest:
    """An unsaved request for a fresh mail to where the earlier one went."""
    return RecoveryRequest(
        address=earlier.address,
        mailbox=earlier.mailbox,
        network=network_digest(ip),
        wider_network=wider_network_digest(ip),
        browser_digest=digest_of(browser),
        origin=origin,
        language=language,
    )
