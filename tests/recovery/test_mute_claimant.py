"""Whoever floods support with claims is kept quiet by it, and cannot tell that from a limit or take it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from licensing.models import AuditEntry
from recovery.errors import Expired, NotPossible, NotRunning, ReasonNeeded, TooManyClaims
from recovery.journeys.ask_about_claim import ask_about_claim
from recovery.journeys.change_address import mail_state, prove_by_link
from recovery.journeys.decide_owner_change import decline
from recovery.journeys.mute import mute
from recovery.journeys.mute_claimant import lift_claimant_mute, mute_claimant
from recovery.journeys.request import mail_state as keys_mail_state
from recovery.limits import address_digest
from recovery.mail.outbox import MailState
from recovery.mail.silence import silence
from recovery.models import Message, MessageKind, Mute, OwnerChange, RecoveryRequest, Withheld
from recovery.tokens import make_token
from tests.factories import owner_of
from tests.kit.smtp import SmtpServer
from tests.recovery.asking import asked
from tests.recovery.owning import NEW, begun_address, claimed, proved, token_of

pytestmark = pytest.mark.django_db
Deliver = Callable[[], int]
WHY = "the ninth claim this week"


def muted() -> OwnerChange:
    return mute_claimant(proved().pk, by="ada", reason=WHY)


def withheld(kind: MessageKind) -> list[str]:
    return list(Message.objects.filter(kind=kind).values_list("withheld_because", flat=True).order_by("-id"))


def test_no_later_claim_from_that_mailbox_can_be_proved(deliver: Deliver, smtp: SmtpServer) -> None:
    muted()
    request = claimed(order="GR-2")
    deliver()
    assert mail_state(request) is MailState.WITHHELD, "as of a mailbox for which too many were asked for"
    assert smtp.messages_to(NEW) == []
    assert not OwnerChange.objects.get(request=request).proved_at


def test_no_link_to_keys_goes_there_either(deliver: Deliver) -> None:
    muted()
    request = asked(NEW)
    deliver()
    assert keys_mail_state(request) is MailState.WITHHELD


def test_a_proof_that_was_mailed_before_is_over() -> None:
    change, waiting = proved(), claimed(order="GR-2")
    token = token_of(waiting)
    mute_claimant(change.pk, by="ada", reason=WHY)
    with pytest.raises(Expired):
        prove_by_link(token)


def test_a_proof_that_was_minted_at_the_same_moment_reaches_nobody() -> None:
    muted()
    token = token_of(claimed(order="GR-2"))  # a worker that had looked just before
    with pytest.raises(TooManyClaims):
        prove_by_link(token)


def test_it_reads_neither_questions_nor_that_it_was_declined(deliver: Deliver, smtp: SmtpServer) -> None:
    change = muted()
    ask_about_claim(change.pk, by="ada", text="When?", now=timezone.now())
    deliver()
    decline(change.pk, by="ada", reason="no order fits")
    deliver()
    assert smtp.messages_to(NEW) == []
    assert withheld(MessageKind.ASKED) == withheld(MessageKind.OUTCOME) == [Withheld.MUTED]


def test_a_reader_who_stopped_requests_is_still_answered(deliver: Deliver, smtp: SmtpServer) -> None:
    change = proved()
    silence(RecoveryRequest.objects.get())
    decline(change.pk, by="ada", reason="no order fits")
    deliver()
    assert len(smtp.messages_to(NEW)) == 1


def test_nobody_is_told_and_no_old_mail_brings_the_way_back(deliver: Deliver, smtp: SmtpServer) -> None:
    change = muted()
    mute(make_token("not-me", RecoveryRequest.objects.get().pk))
    deliver()
    assert smtp.messages_to(NEW) == []
    with pytest.raises(NotRunning):
        mute_claimant(change.pk, by="ada", reason=WHY)


def test_support_takes_it_back(deliver: Deliver) -> None:
    change = muted()
    lift_claimant_mute(change.pk, by="ada", reason="a mistake")
    request = claimed(order="GR-2")
    deliver()
    assert mail_state(request) is MailState.ACCEPTED
    with pytest.raises(NotRunning):
        lift_claimant_mute(change.pk, by="ada", reason="once more")


def test_it_ends_after_thirty_days(deliver: Deliver) -> None:
    muted()
    Mute.objects.update(until=Now() - timedelta(seconds=1))
    request = claimed(order="GR-2")
    deliver()
    assert mail_state(request) is MailState.ACCEPTED


def test_the_trail_has_both_without_a_customer() -> None:
    change = muted()
    lift_claimant_mute(change.pk, by="ben", reason="a mistake")
    entries = AuditEntry.objects.filter(model="recovery.mute").order_by("pk")
    assert list(entries.values_list("action", "by", "customer")) == [
        ("mute.set", "ada", None),
        ("mute.lifted", "ben", None),
    ]


def test_a_customers_mailbox_is_muted_on_their_page_where_they_are_told() -> None:
    change = proved()
    owner_of(NEW)
    with pytest.raises(NotPossible):
        mute_claimant(change.pk, by="ada", reason=WHY)
    assert not Mute.objects.exists()


@pytest.mark.parametrize("begun", [lambda: claimed().owner_changes.get(), lambda: begun_address(owner_of())])
def test_nobody_is_muted_who_proved_nothing_or_asked_for_nothing(begun: Callable[[], OwnerChange]) -> None:
    """A stranger can type any address; and what support begins is no claim."""
    with pytest.raises(NotPossible):
        mute_claimant(begun().pk, by="ada", reason=WHY)
    assert not Mute.objects.filter(mailbox=address_digest(NEW)).exists()


def test_both_need_a_reason() -> None:
    change = proved()
    for deed in (mute_claimant, lift_claimant_mute):
        with pytest.raises(ReasonNeeded):
            deed(change.pk, by="ada", reason=" ")
