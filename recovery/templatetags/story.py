"""The words of the customer page: states with a colour, moments, masked codes, and what the timeline says."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django import template
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from licensing.console.address_cases import told_by
from licensing.console.cells import day, list_of, moment, page_of, state
from licensing.holdings import Standing
from licensing.keys.code import mask
from licensing.models import Case, CaseKind, Purchase, PurchaseState, RegistrationKey, RevealReason
from recovery.admin.owner_change_cells import step_in_words
from recovery.admin.tones import ATTEMPT_TONES, EXCHANGE_TONES, MESSAGE_TONES, MESSAGE_WORDS
from recovery.mail.changes import CHANGE_MAILS
from recovery.models import (
    ExchangeKind,
    ExchangeState,
    MailAttempt,
    Message,
    MessageKind,
    MessageState,
    Origin,
    OwnerChange,
)
from recovery.models.owner_changes import ChangeKind, ChangeState, is_with_customer
from recovery.story.mails import server_words
from recovery.story.owned import Owned
from recovery.story.timeline import Entry

register = template.Library()

STANDINGS: Final = {
    Standing.ACTIVE: ("active", "good"),
    Standing.WAITING: ("waits for a key", "wait"),
    Standing.MAKING: ("key is being made", "wait"),
    Standing.UNPLACED: ("no mapping", "wait"),
    Standing.UNPAID: ("not paid yet", "wait"),
    Standing.UNCONFIRMED: ("not confirmed", "wait"),
    Standing.REFUNDED: ("refunded", "bad"),
    Standing.DISPUTED: ("disputed", "bad"),
    Standing.ENDED: ("ended", "off"),
}
ORDER_TONES: Final = {
    PurchaseState.PAID: "good",
    PurchaseState.UNPAID: "wait",
    PurchaseState.UNCONFIRMED: "wait",
    PurchaseState.REFUNDED: "bad",
    PurchaseState.DISPUTED: "bad",
    PurchaseState.TEST: "off",
}


@register.filter
def ago(value: datetime | None) -> str:
    return moment(value, now=timezone.now()) if value else "–"


@register.filter
def on_date(value: datetime | None) -> str:
    return day(value) if value else "–"


@register.filter
def page(row: Model) -> str:
    return page_of(row)


@register.simple_tag
def all_of(row: Model, path: str, customer: Any) -> str:
    """The list of rows of this one's model that belong to the customer."""
    return list_of(type(row), **{f"{path}__id__exact": str(customer.pk)})


@register.filter
def masked(key: RegistrationKey) -> str:
    return key.file_name or mask(key.tail)


@register.filter
def standing(owned: Owned) -> str:
    if owned.license.revoked_at:
        return state("revoked", "bad")
    return state(*STANDINGS[owned.standing])


@register.filter
def order_state(purchase: Purchase) -> str:
    found = purchase.state
    words = state(found.label, ORDER_TONES[found])
    if purchase.refunded_units:
        words += state(f"{purchase.refunded_units} units refunded", "bad")
    return words


@register.filter
def mail_state(mail: Message, length: str = "whole") -> str:
    """`short` for beside the server's own words."""
    words = MESSAGE_WORDS.get(MessageState(mail.state)) if length == "short" else None
    words = words or mail.get_state_display()
    if mail.state == MessageState.WITHHELD:
        words = f"not sent: {mail.get_withheld_because_display()}"
    tone = MESSAGE_TONES[MessageState(mail.state)]
    before = mail.attempts - (mail.state == MessageState.SENDING)  # the one that goes on is not put off
    if mail.state in (MessageState.WAITING, MessageState.SENDING) and before:
        words, tone = f"put off, tried {before} times" if before > 1 else "put off once", "wait"
    return state(words, tone)


@register.filter
def attempt_state(attempt: MailAttempt) -> str:
    return state(attempt.get_outcome_display(), ATTEMPT_TONES.get(attempt.outcome, "off"))  # type: ignore[call-overload]


@register.filter
def words_of_server(mail: Message) -> str:
    return server_words(mail)


@register.filter
def move_state(exchange: Any) -> str:
    return state(exchange.get_state_display(), EXCHANGE_TONES[ExchangeState(exchange.state)])


@register.filter
def why_opened(case: Case) -> str:
    """What happened to the change of owner that it is about; empty for any other."""
    return told_by(case)


def label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def mailed(kind_and_step: str) -> str:
    """What a mail says; of one about a change of owner, which step of it."""
    kind, _, about = kind_and_step.partition(" ")
    return step_in_words(about) if kind in CHANGE_MAILS else label(MessageKind, kind)


def asked(origin: str, address: str) -> str:
    """What a request was for; of those that nobody on the pages made, what they stand for."""
    to = address or "an address forgotten since"
    if origin == Origin.CLAIM:
        return f"Proof of a new address asked for, with {to}"
    if origin == Origin.SUPPORT:
        return f"Support had a mail sent to {to}"
    return f"Keys asked for, with {to}: {label(Origin, origin)}"


TELLINGS: Final[dict[str, Any]] = {
    "asked": lambda e: asked(e.one, e.two),
    "proved": lambda e: f"Mailbox proved: {e.one or 'address forgotten'}",
    "mail": lambda e: f"Mail, {mailed(e.one)}: {label(MessageState, e.two)}",
    "move": lambda e: (
        f"{label(ExchangeKind, e.one).capitalize()}: {label(ExchangeState, e.two)}{by(e.three)}"
    ),
    "order": lambda e: f"Order {e.one}",
    "refunded": lambda e: f"Order {e.one} refunded",
    "marked": lambda e: f"Order {e.one} marked as refunded{by(e.two)}",
    "unmarked": lambda e: f"Mark on order {e.one} taken back{by(e.two)}",
    "revoked": lambda e: f"License for {e.one} revoked",
    "muted": lambda e: f"Mails stopped{by(e.one) or ' by the mailbox’s reader'}",
    "unmuted": lambda e: "Mails allowed again",
    "dead": lambda e: "Mailbox held dead",
    "alive": lambda e: "Mailbox tried again",
    "owner": lambda e: (
        f"Change of owner, {label(ChangeKind, e.one)}: {label(ChangeState, e.two)}{by(e.three)}"
    ),
    "case": lambda e: f"Case opened: {label(CaseKind, e.one)}",
    "settled": lambda e: f"Case closed: {label(CaseKind, e.one)}",
    "note": lambda e: f"Note{by(e.one)}",
    "look": lambda e: f"Code looked at{by(e.one)}: {label(RevealReason, e.two)}",
}
SAID: Final = {
    "mail": "three",
    "marked": "three",
    "revoked": "two",
    "dead": "one",
    "note": "two",
    "look": "three",
}


def by(login: str) -> str:
    return f" by {login}" if login else ""


@register.filter
def who_says(change: OwnerChange) -> str:
    """Whose word an undecided claim waits for."""
    return "the customer was asked" if is_with_customer(change, now=timezone.now()) else "support decides"


@register.filter
def telling(entry: Entry) -> str:
    """What happened, in a line."""
    return str(TELLINGS[entry.what](entry))


@register.filter
def quoted(entry: Entry) -> str:
    """What somebody, or a server, said about it."""
    return Truncator(getattr(entry, SAID[entry.what])).chars(400) if entry.what in SAID else ""


@register.filter
def entry_page(entry: Entry) -> str:
    opts = entry.source.model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[entry.row])
