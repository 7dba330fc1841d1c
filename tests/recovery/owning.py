"""Changes of owner, as tests begin and hurry them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from licensing.models import Customer
from recovery.journeys.begin_owner_change import change_address, merge
from recovery.journeys.change_address import claim, prove_by_link
from recovery.journeys.decide_owner_change import approve
from recovery.mail.decide import mint_challenges
from recovery.models import Message, MessageKind, MessageState, OwnerChange, RecoveryRequest
from recovery.tokens import make_token, new_browser_secret

OLD, NEW = "anna@gone.example", "anna@new.example"
REASON = "the receipt fits"


def claimed(*, new: str = NEW, ip: str = "192.0.2.7", **typed: str) -> RecoveryRequest:
    return claim(new=new, typed=typed, browser=new_browser_secret(), ip=ip, language="en")


def token_of(request: RecoveryRequest) -> str:
    """What the mail about it carries, without sending it."""
    message = request.messages.get(kind=MessageKind.CLAIM)
    challenge = mint_challenges([message])[message.pk]
    return make_token("claim", challenge.pk, challenge.material)


def proved(*, new: str = NEW, **typed: str) -> OwnerChange:
    """A claim whose new mailbox is proved: support decides."""
    request = claimed(new=new, **typed)
    prove_by_link(token_of(request))
    return OwnerChange.objects.get(request=request)


def approved(owner: Customer, *, new: str = NEW, **typed: str) -> OwnerChange:
    """A claim that support takes for that customer's; all their mailboxes give way."""
    retired = [each.pk for each in owner.addresses.current()]
    return approve(proved(new=new, **typed).pk, customer=owner.pk, retired=retired, by="ada", reason=REASON)


def begun_merge(one: Customer, other: Customer, **more: Any) -> OwnerChange:
    return merge(one.pk, into=other.pk, by="ada", reason=REASON, **more)


def begun_address(owner: Customer, *, new: str = NEW) -> OwnerChange:
    """Support begins it, and the new mailbox is proved."""
    retired = [each.pk for each in owner.addresses.current()]
    change = change_address(owner.pk, new=new, retired=retired, by="ada", reason=REASON)
    assert change.request is not None
    prove_by_link(token_of(change.request))
    change.refresh_from_db()
    return change


def let_the_wait_pass(change: OwnerChange) -> None:
    """Its notices were handed over when it was approved, and its time has come."""
    notices = Message.objects.filter(change=change, kind=MessageKind.NOTICE)
    notices.update(state=MessageState.ACCEPTED, accepted_at=Now() - timedelta(days=3))
    OwnerChange.objects.filter(pk=change.pk).update(effective_at=Now())
    change.refresh_from_db()


def age(change: OwnerChange, by: timedelta) -> None:
    """As if it had taken effect so much earlier."""
    OwnerChange.objects.filter(pk=change.pk).update(done_at=F("done_at") - by)
