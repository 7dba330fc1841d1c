"""A customer whose old mailbox is gone asks for another address, and proves the new one. Support decides the rest.

Nothing that is typed is looked up here: every address, order and name does the same work and gets the same answer.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from licensing.addresses import canonical
from licensing.audit.trail import record
from recovery.errors import Expired, NotYours, TooManyClaims, TooManyTries, Used, WrongCode
from recovery.limits import (
    CLAIMS,
    CODES,
    address_digest,
    mailbox_digest,
    network_digest,
    take,
    wider_network_digest,
)
from recovery.mail.outbox import MailState, promise_to_new, state_of
from recovery.models import (
    CODE_TRIES,
    Challenge,
    ChangeKind,
    ChangeState,
    MessageKind,
    Origin,
    OwnerChange,
    RecoveryRequest,
)
from recovery.models.owner_changes import PROVED_RUNNING
from recovery.owners.approval import begin_waiting
from recovery.owners.claimed import sealed, tidied
from recovery.owners.ending import open_case
from recovery.tokens import InvalidToken, check_token, digest_of, new_browser_secret, row_named_by, same_code


class Standing(StrEnum):
    LIVE = "live"
    USED = "used"
    EXPIRED = "expired"


def claim(*, new: str, typed: dict[str, str], browser: str, ip: str, language: str) -> RecoveryRequest:
    """Note the claim and promise the mail that proves the new mailbox.

    `typed`: old_address, order, name, code, text; each may be empty, none is checked. Raises `AddressError` when
    `new` is not one address.
    """
    address = canonical(new, smtputf8=settings.SMTPUTF8)
    request = RecoveryRequest(
        address=address,
        mailbox=address_digest(address),
        network=network_digest(ip),
        wider_network=wider_network_digest(ip),
        browser_digest=digest_of(browser),
        origin=Origin.CLAIM,
        language=language,
    )
    change = OwnerChange(kind=ChangeKind.ADDRESS, state=ChangeState.UNPROVEN, new_address=address)
    change.claimed = sealed(tidied(typed), change_id=change.pk)
    with transaction.atomic():
        promise_to_new(MessageKind.CLAIM, request)
        change.request = request
        change.save(force_insert=True)
    return request


def request_of(request_id: UUID, *, browser: str) -> RecoveryRequest:
    """The request that proves a claim, for the browser that asked. Raises `NotYours` for every other."""
    found = RecoveryRequest.objects.filter(
        pk=request_id, browser_digest=digest_of(browser), origin=Origin.CLAIM
    ).first()
    if found is None:
        raise NotYours
    return found


def mail_state(request: RecoveryRequest) -> MailState:
    """The truth about the mail that proves the new mailbox."""
    return state_of(request, kind=MessageKind.CLAIM)


def standing(token: str) -> Standing:
    """What pressing the button would find; changes nothing. Raises `InvalidToken`."""
    challenge = authentic(token)
    if challenge.consumed_at or challenge.request.verified_at:
        return Standing.USED
    return Standing.LIVE if Challenge.objects.live().filter(pk=challenge.pk).exists() else Standing.EXPIRED


def authentic(token: str) -> Challenge:
    """The challenge of a claim's mail. Raises `InvalidToken`, also for a link to somebody's keys."""
    found = Challenge.objects.select_related("request").filter(
        pk=row_named_by(token), request__origin=Origin.CLAIM
    )
    challenge = found.first()
    if challenge is None:
        raise InvalidToken
    check_token("claim", token, challenge.material)
    return challenge


def prove_by_link(token: str) -> str:
    """The new mailbox is proved; the secret is for the browser that pressed the button, to see what becomes of it.

    Raises `InvalidToken`, `Used`, `Expired`, `TooManyClaims`.
    """
    return consume(authentic(token))


def prove_by_code(request: RecoveryRequest, *, typed: str) -> str:
    """The same by the code, in the browser that asked. Every try is counted before it is looked at.

    Raises `WrongCode`, `TooManyTries`, `Used`, `Expired`, `TooManyClaims`.
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
    """The challenges that this try may be compared with; committed before the comparing, so that none is free."""
    with transaction.atomic():
        list(RecoveryRequest.objects.filter(pk=request.pk).select_for_update(no_key=True).values_list("pk"))
        challenges = list(request.challenges.live().filter(tries__lt=CODE_TRIES).select_for_update())
        Challenge.objects.filter(pk__in=[each.pk for each in challenges]).count_a_try()
    return challenges


def why_none_is_left(request: RecoveryRequest) -> Exception:
    if not request.challenges.exists():
        return WrongCode(CODE_TRIES)  # nothing was mailed yet
    return TooManyTries() if request.challenges.live().exists() else Expired()


def consume(challenge: Challenge) -> str:
    """Exactly one proof a request; it opens nobody's keys. Raises `Used`, `Expired`, `TooManyClaims`."""
    secret = new_browser_secret()
    with transaction.atomic():
        unproved = RecoveryRequest.objects.filter(
            pk=challenge.request_id, verified_at=None, origin=Origin.CLAIM
        )
        proved = unproved.update(verified_at=Now())
        taken = Challenge.objects.live().filter(pk=challenge.pk).update(consumed_at=Now())
        if not (proved and taken):
            raise Used if not proved else Expired  # rolls both back
        if not take(CLAIMS, mailbox_digest(challenge.request.address), now=timezone.now()):
            raise TooManyClaims
        Challenge.objects.filter(request=challenge.request_id, consumed_at=None).update(consumed_at=Now())
        proved_now(challenge.request, browser=digest_of(secret))
    return secret


def proved_now(request: RecoveryRequest, *, browser: bytes) -> None:
    """The claim goes to support, or, where support began it, its waiting period begins. Raises `Used`.

    Who has one with the same new mailbox already sees that one instead: it is the same reader.
    """
    change = (
        OwnerChange.objects.select_for_update().filter(request=request, state=ChangeState.UNPROVEN).first()
    )
    if change is None:
        raise Used
    running = OwnerChange.objects.filter(new_address=request.address, state__in=PROVED_RUNNING)
    if running.update(browser_digest=browser):
        change.state, change.ended_at, change.claimed = ChangeState.EXPIRED, timezone.now(), None
        change.save(update_fields=["state", "ended_at", "claimed"])
        return
    change.proved_at, change.browser_digest = timezone.now(), browser
    if change.asked_by:
        begin_waiting(change)
        return
    change.state = ChangeState.OPEN
    try:
        with transaction.atomic():
            change.save(update_fields=["state", "proved_at", "browser_digest"])
    except IntegrityError as error:  # another claim with this mailbox was proved at the same moment
        raise Used from error
    record("owner_change.claimed", by="", row=change)
    open_case(change, word="claimed")


def ask_again(token: str, *, browser: str, ip: str, language: str) -> RecoveryRequest:
    """A fresh mail for the same claim, to where the old one went. Raises `InvalidToken`, and `Used` where the claim
    needs no proof any more."""
    earlier = authentic(token).request
    request = RecoveryRequest(
        address=earlier.address,
        mailbox=earlier.mailbox,
        network=network_digest(ip),
        wider_network=wider_network_digest(ip),
        browser_digest=digest_of(browser),
        origin=Origin.CLAIM,
        language=language,
    )
    with transaction.atomic():
        promise_to_new(MessageKind.CLAIM, request)
        unproven = OwnerChange.objects.filter(request=earlier, state=ChangeState.UNPROVEN)
        if not unproven.update(request=request):
            raise Used
    return request


def claim_of(secret: str) -> OwnerChange:
    """The claim that this browser proved the new mailbox of. Raises `NotYours`."""
    found = OwnerChange.objects.select_related("request").filter(browser_digest=digest_of(secret)).first()
    if found is None:
        raise NotYours
    return found
