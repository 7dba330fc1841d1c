"""How the console says what a change of owner is about, what gives way, and who was mailed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime

from licensing.console.cells import EMPTY, broken, choice, link, page_of, state, timed
from licensing.models import EmailAddress, License, Purchase
from recovery.admin.tones import CHANGE_TONES, CHANGE_WORDS
from recovery.mail.moves import moment
from recovery.mistyped import MISTYPED
from recovery.models import ChangeState, Ended, Message, MessageKind, OwnerChange
from recovery.models.owner_changes import is_with_customer
from recovery.owners.notices import GETS, GIVES

STEPS: Final = {
    "notice": "notice of what is to happen",
    "approved": "that it was allowed",
    "declined": "that it was declined",
    "stopped": "that it was stopped",
    "done": "that it took effect",
    "undone": "that it was undone",
    "disputed": "that somebody objected",
    "stands": "that it stands",
}
OF_A_CLAIM: Final = ("approved", "declined")  # whoever claims an address does not have it yet, or never
SIDES: Final = {GIVES: "who had it", GETS: "who gets it"}
to_other = link("other", "to")
as_it_is = choice("state", "state", CHANGE_TONES)
in_short = choice("state", "state", CHANGE_TONES, short=CHANGE_WORDS)


@admin.display(description="state", ordering="state")
def standing(change: OwnerChange) -> str:
    """A claim of which the customer was asked something waits for them, and not for support."""
    return asked_back(change) or as_it_is(change)


@admin.display(description="state", ordering="state")
def standing_in_list(change: OwnerChange) -> str:
    """The same in few words: when an approved one takes effect has a column of its own."""
    return asked_back(change) or in_short(change)


def asked_back(change: OwnerChange) -> str:
    return state("the customer was asked", "info") if is_with_customer(change, now=timezone.now()) else ""


@admin.display(description="objection")
def objection(change: OwnerChange) -> str:
    return state("objected to: keys go to nobody", "bad") if change.frozen_at else EMPTY


@admin.display(description="moved")
def moved_rows(change: OwnerChange) -> str:
    """How many rows of each kind changed hands."""
    rows = change.moved.get("rows", {}) if isinstance(change.moved, dict) else {}
    words = ((name.split(".")[1], len(keys)) for name, keys in rows.items())
    return format_html_join(", ", "{}: {}", words) or EMPTY


@admin.display(description="what is handed on")
def thing(change: OwnerChange) -> str:
    if change.license:
        return format_html('<a href="{}">{}</a>', page_of(change.license), unit_of_order(change.license))
    if change.purchase:
        return format_html('<a href="{}">order {}</a>', page_of(change.purchase), change.purchase)
    return EMPTY


@admin.display(description="to")
def goes_to(change: OwnerChange) -> str:
    """Another customer, or a mailbox that is nobody's yet."""
    return to_other(change) if change.other_id else broken(change.new_address or EMPTY)


@admin.display(description="name of the new customer")
def new_name(change: OwnerChange) -> str:
    """As it was typed for whoever gets what leaves."""
    return str(change.chosen.get("name") or EMPTY) if isinstance(change.chosen, dict) else EMPTY


@admin.display(description="takes effect")
def takes_effect(change: OwnerChange) -> str:
    """Only while it is still to happen; as the mails say it, since 72 hours are no `in 2 d`."""
    return at_minute(change.effective_at) if change.state == ChangeState.WAITING else EMPTY


@admin.display(description="takes effect")
def takes_effect_in_list(change: OwnerChange) -> str:
    """The same in a narrow column; in full on hover."""
    if change.state != ChangeState.WAITING or not change.effective_at:
        return EMPTY
    return timed(change.effective_at, date_format(localtime(change.effective_at), "j M, H:i"))


@admin.display(description="answer awaited until")
def answer_awaited(change: OwnerChange) -> str:
    return at_minute(change.awaits_until)


def at_minute(value: datetime | None) -> str:
    return timed(value, moment(value)) if value else EMPTY


@admin.display(description="ended because of")
def why_ended(change: OwnerChange) -> str:
    if change.ended_because == Ended.OWNER_PROVED:
        return "the old mailbox was proved: somebody reads it"  # its owner, or at a mistyped one a stranger
    return str(change.get_ended_because_display()) if change.ended_because else EMPTY


@admin.display(description="addresses that give way")
def giving_way(change: OwnerChange) -> str:
    """Those that prove nothing for the customer once it is in effect."""
    return links(EmailAddress.objects.all(), change, "addresses", words=lambda row: called(row, change))


def called(row: EmailAddress, change: OwnerChange) -> str:
    mistyped = str(row.pk) in change.chosen.get(MISTYPED, ())
    return f"{row.address} (never theirs: mistyped)" if mistyped else row.address


@admin.display(description="orders that leave")
def orders_leaving(change: OwnerChange) -> str:
    return links(Purchase.objects.all(), change, "purchases", words=lambda row: row.reference)


@admin.display(description="licenses that leave")
def licenses_leaving(change: OwnerChange) -> str:
    found = License.objects.select_related("edition__product", "line__purchase").order_by(
        "line__purchase__reference", "line", "unit"
    )
    return links(found, change, "licenses", words=unit_of_order)


def unit_of_order(row: License) -> str:
    return f"{row.edition}, order {row.line.purchase.reference}, unit {row.unit}"


def links(rows: QuerySet[Any], change: OwnerChange, chosen: str, *, words: Callable[[Any], str]) -> str:
    """To what was chosen; empty where nothing was."""
    keys = change.chosen.get(chosen) if isinstance(change.chosen, dict) else None
    pairs = ((page_of(row), words(row)) for row in rows.filter(pk__in=keys or []))
    return (format_html_join("; ", '<a href="{}">{}</a>', pairs) if keys else "") or EMPTY


@admin.display(description="about")
def told(mail: Message) -> str:
    """What a mail about a change says, and to which side; what another is about, as it is noted."""
    if mail.change_id is None:
        return mail.about or EMPTY
    step, _, number = mail.about.partition(" ")
    if mail.kind == MessageKind.ASKED:
        return f"question {number} of support, to who asked"
    if mail.kind == MessageKind.CLAIM or step not in STEPS:
        return str(mail.get_kind_display())
    return step_in_words(mail.about)


def step_in_words(about: str) -> str:
    """Which step of a change, and which side of it, a notice or an outcome is about."""
    step, _, side = about.partition(" ")
    if step not in STEPS:
        return about
    if step in OF_A_CLAIM and side == GETS:
        return f"{STEPS[step]}, to who asked"
    return f"{STEPS[step]}, to {SIDES[side]}" if side in SIDES else STEPS[step]
