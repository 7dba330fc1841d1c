"""What support may do with a change of owner that is on file: each a small form, one domain call, one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from licensing.addresses import AddressError
from recovery.admin.exchange_deeds import LONGEST_REASON, Written
from recovery.errors import (
    AddressTaken,
    AlreadyAsked,
    AlreadyChanging,
    AskedEnough,
    CannotUndo,
    NotPossible,
    NotRunning,
    OwnerReadsIt,
    ReasonNeeded,
)
from recovery.journeys.ask_about_claim import AWAITED, ask_about_claim
from recovery.journeys.decide_owner_change import confirm, decline, let_stand, shorten, stop_for, undo
from recovery.journeys.mute_claimant import lift_claimant_mute, mute_claimant
from recovery.limits import address_digest
from recovery.mail.silence import mute_of
from recovery.models import ChangeState, Mute, OwnerChange
from recovery.models.owner_changes import MOST_QUESTIONS, RUNNING, is_with_customer
from recovery.owners.compare import owner_of_new
from recovery.owners.told import needs_a_lead
from recovery.owners.undoing import may_be_undone

LONGEST_ANSWER: Final = 1000
SETTLE, SHORTEN, UNDO = (f"recovery.{deed}_ownerchange" for deed in ("change", "shorten", "undo"))
TROUBLES: Final[dict[type[Exception], str]] = {
    NotRunning: "This was decided meanwhile, perhaps by somebody else. Nothing was changed now.",
    AlreadyChanging: "Another change of the same customer, license or order is running. Decide that one first.",
    OwnerReadsIt: "An old mailbox was proved since this was asked for: its owner reads it, and can get the keys there. "
    "Decline the claim.",
    AddressTaken: "The new address is another customer's already, so it is no changed address. If both are one person, "
    "merge them; else decline.",
    CannotUndo: "This can no longer be undone: it is longer ago than 30 days, it is not in effect, or another change "
    "was made on top of it, which has to be undone first.",
    ReasonNeeded: "A reason is needed, and recorded.",
    AlreadyAsked: "A question about this is with the customer already. Nothing was asked now.",
    AskedEnough: "Three questions were asked about this. Decide by what is here.",
}
AFTER: Final = {
    ChangeState.UNPROVEN: "A mail asks for proof of the new mailbox. Once it is proved, the waiting period begins.",
    ChangeState.OPEN: "Asked. The question goes to the new address by mail; the claim comes back with the answer, or "
    f"after {AWAITED.days} days.",
    ChangeState.WAITING: "Approved. Everybody concerned is told by mail now and can object; it takes effect by itself "
    "when the waiting period is over.",
    ChangeState.DECLINED: "Declined. Who asked reads your reason in a mail.",
    ChangeState.STOPPED: "Stopped. Nothing was changed.",
    ChangeState.UNDONE: "Undone: everything is as it was before. A mail tells everybody concerned.",
    ChangeState.DONE: "It stands, and keys go where they went before somebody objected.",
}


def what_follows(change: OwnerChange) -> str:
    """What the change waits for now, or that it waits no more."""
    if change.state == ChangeState.WAITING and change.shortened_by:
        return "The rest of the wait is waived: it takes effect within a minute."
    if change.state == ChangeState.WAITING and change.confirmed_by:
        return "Confirmed: it takes effect by itself when its time has come."
    return AFTER[ChangeState(change.state)]


def in_plain_words(error: Exception) -> str:
    if isinstance(error, NotPossible):
        return f"{error} Nothing was changed."
    if isinstance(error, AddressError):
        return error.message
    return TROUBLES.get(type(error), "That was not possible. Nothing was changed.")


@dataclass(frozen=True)
class Deed:
    """One thing to do: what it is called and brings about, what is written with it, who may, when, and the call."""

    name: str
    title: str
    says: str
    label: str
    right: str
    longest: int
    possible: Callable[[OwnerChange], bool]
    act: Callable[[UUID, str, str], OwnerChange]
    proof: bool = False  # asks for the second factor again
    after: str = ""  # what is said when it is done; empty: what the change waits for now
    main: bool = False

    def form(self, data: Any = None) -> forms.Form:
        form = forms.Form(data, auto_id=f"{self.name}-%s")
        form.fields["words"] = Written(longest=self.longest, label=self.label)
        return form


def may_be_asked(change: OwnerChange) -> bool:
    """About a claim of the customer's own, while no question is with them."""
    undecided = change.state == ChangeState.OPEN and change.questions < MOST_QUESTIONS
    return undecided and not is_with_customer(change, now=timezone.now())


def may_be_muted(change: OwnerChange) -> bool:
    """Who claims, and is no customer: these are muted on their own page."""
    is_theirs = not change.asked_by and change.proved_at and change.request_id
    is_believed = change.state in (ChangeState.WAITING, ChangeState.DONE)
    return (
        bool(is_theirs)
        and not is_believed
        and owner_of_new(change) is None
        and claimants_mute(change) is None
    )


def claimants_mute(change: OwnerChange) -> Mute | None:
    """What keeps mails from the mailbox of a customer's own claim."""
    is_claim = change.new_address and not change.asked_by
    return mute_of(address_digest(change.new_address)) if is_claim else None


DEEDS: Final = {
    deed.name: deed
    for deed in (
        Deed(
            "decline",
            "Decline it",
            "Nothing is changed. Who asked gets your answer by mail.",
            "Reason, which the customer reads",
            SETTLE,
            LONGEST_ANSWER,
            lambda change: change.state == ChangeState.OPEN,
            lambda pk, by, words: decline(pk, by=by, reason=words),
        ),
        Deed(
            "ask",
            "Ask the customer",
            "Your question is mailed to the new address, which is proved, and can be answered on the page. The claim "
            f"comes back to you with the answer, or after {AWAITED.days} days. At most {MOST_QUESTIONS} questions.",
            "Question, which the customer reads",
            SETTLE,
            LONGEST_ANSWER,
            may_be_asked,
            lambda pk, by, words: ask_about_claim(pk, by=by, text=words, now=timezone.now()),
        ),
        Deed(
            "stop",
            "Stop it",
            "It does not take effect. Everybody who was told of it is told so.",
            "Reason, for our records only",
            SETTLE,
            LONGEST_REASON,
            lambda change: change.state in RUNNING and change.state != ChangeState.OPEN,
            lambda pk, by, words: stop_for(pk, by=by, reason=words),
        ),
        Deed(
            "shorten",
            "Waive the rest of the wait",
            "It takes effect within a minute. Who was told of it has no more time to object beforehand.",
            "Why it cannot wait (recorded)",
            SHORTEN,
            LONGEST_REASON,
            lambda change: change.state == ChangeState.WAITING and not change.shortened_by,
            lambda pk, by, words: shorten(pk, by=by, reason=words),
            proof=True,
        ),
        Deed(
            "confirm",
            "Let it take effect all the same",
            "Nobody who has these keys now could be told, so that nobody can object, or somebody reads an address that "
            "is said to be mistyped. You take it on yourself that it is right: it takes effect when its time has come.",
            "How you know that it is right (recorded)",
            SHORTEN,
            LONGEST_REASON,
            needs_a_lead,
            lambda pk, by, words: confirm(pk, by=by, reason=words),
            proof=True,
        ),
        Deed(
            "stand",
            "Let it stand",
            "Keys go where they went before somebody objected. Everybody concerned is told.",
            "Why it is right (recorded)",
            UNDO,
            LONGEST_REASON,
            lambda change: change.frozen_at is not None,
            lambda pk, by, words: let_stand(pk, by=by, reason=words),
            proof=True,
        ),
        Deed(
            "undo",
            "Undo it",
            "Everything goes back as it was. What came since on its own, such as new orders, stays where it is.",
            "Why it was wrong (recorded)",
            UNDO,
            LONGEST_REASON,
            lambda change: change.state == ChangeState.DONE and may_be_undone(change),
            lambda pk, by, words: undo(pk, by=by, reason=words),
            proof=True,
        ),
        Deed(
            "mute",
            "Stop mails to this mailbox",
            "For somebody who sends claim after claim. For 30 days no link, no code and no answer about a claim is "
            "mailed there, so that no new claim from it reaches you. Nobody is told. This claim stays: decline it.",
            "Why (recorded)",
            "recovery.add_mute",
            LONGEST_REASON,
            may_be_muted,
            lambda pk, by, words: mute_claimant(pk, by=by, reason=words),
            after="No such mails go there for 30 days. This page takes it back.",
        ),
        Deed(
            "lift_mute",
            "Allow mails to this mailbox again",
            "Links, codes and answers are mailed there again, and its claims reach you.",
            "Why (recorded)",
            "recovery.change_mute",
            LONGEST_REASON,
            lambda change: claimants_mute(change) is not None,
            lambda pk, by, words: lift_claimant_mute(pk, by=by, reason=words),
            after="Mails go there again.",
        ),
    )
}


def possible(change: OwnerChange, request: HttpRequest) -> Iterator[Deed]:
    """What this person may do with this change now."""
    for deed in DEEDS.values():
        if request.user.has_perm(deed.right) and deed.possible(change):
            yield deed
