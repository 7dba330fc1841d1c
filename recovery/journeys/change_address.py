"""A customer whose old mailbox is gone asks for another address, and proves the new one. Support decides the rest.

Nothing that is typed is looked up here: every address, order and name does the same work and gets the same answer.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from licensing.addresses import canonical
from licensing.audit.trail import record
from licensing.outgoing.kinds import CLAIM_OPENED
from licensing.outgoing.tell import tell
from recovery.claimed import sealed, tidied
from recovery.errors import NotYours, TooManyClaims, Used
from recovery.limits import (
    CLAIMS,
    address_digest,
    mailbox_digest,
    network_digest,
    take,
    wider_network_digest,
)
from recovery.mail.outbox import MailState, promise_to_new, state_of
from recovery.mail.silence import mute_of
from recovery.models import (
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
from recovery.owners.ending import open_case
from recovery.proving import (
    FOR_A_CLAIM,
    LinkStanding,
    asked_again,
    authentic,
    consume,
    meant_by_code,
    standing_of,
)
from recovery.tokens import digest_of, new_browser_secret


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


def link_standing(token: str) -> LinkStanding:
    """What pressing the button would find; changes nothing. Raises `InvalidToken`, also for a link to somebody's
    keys."""
    return standing_of(authentic(token, purpose=FOR_A_CLAIM))


def prove_by_link(token: str) -> str:
    """The new mailbox is proved; the secret is for the browser that pressed the button, to see what becomes of it.

    Raises `InvalidToken`, `Used`, `Expired`, `TooManyClaims`.
    """
    return pass_on(authentic(token, purpose=FOR_A_CLAIM))


def prove_by_code(request: RecoveryRequest, *, typed: str) -> str:
    """The same by the code, in the browser that asked.

    Raises `WrongCode`, `TooManyTries`, `Used`, `Expired`, `TooManyClaims`.
    """
    return pass_on(meant_by_code(request, typed=typed))


def pass_on(challenge: Challenge) -> str:
    """To support, by whom it is decided; it opens nobody's keys."""
    secret = new_browser_secret()
    with transaction.atomic():
        consume(challenge)
        if mute_of(bytes(challenge.request.mailbox)):  # since the mail went out
            raise TooManyClaims
        if not take(CLAIMS, mailbox_digest(challenge.request.address), now=timezone.now()):
            raise TooManyClaims
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
    tell(CLAIM_OPENED, lambda: [{"change": change.pk}])
    open_case(change, word="claimed")


def ask_again(token: str, *, browser: str, ip: str, language: str) -> RecoveryRequest:
    """A fresh mail for the same claim, to where the old one went. Raises `InvalidToken`, and `Used` where the claim
    needs no proof any more."""
    earlier = authentic(token, purpose=FOR_A_CLAIM).request
    request = asked_again(earlier, origin=Origin.CLAIM, browser=browser, ip=ip, language=language)
    with transaction.atomic():
        promise_to_new(MessageKind.CLAIM, request)
        unproven = OwnerChange.objects.filter(request=earlier, state=ChangeState.UNPROVEN)
        if not unproven.update(request=request):
            raise Used
    return request
