"""What a case about a change of owner tells: what happened, at which address, and whether keys were mailed there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.html import format_html

from licensing.console.address_cases import ELSEWHERE
from licensing.console.cells import page_of
from licensing.console.search import row_id
from licensing.models import Case, CaseKind, EmailAddress
from recovery.models import Message, MessageKind, MessageState, OwnerChange

WHY: Final = {
    "claimed": "The customer's old mailbox is gone; the new one is proved.",
    "stopped": "Somebody concerned stopped a change of owner: it was not them.",
    "proved": "A change of address was approved, and stopped when somebody proved the old mailbox.",
    "mistyped": "Somebody reads an address that is said to be mistyped. No keys went there; a lead decides.",
    "disputed": "Somebody objects to a change of owner that is in effect.",
    "overtaken": "A change of owner could not take effect.",
}
AT: Final = {
    "stopped": "They objected from",
    "disputed": "They objected from",
    "proved": "It was proved at",
    "mistyped": "It was proved at",
}
SENT: Final = {
    MessageState.ACCEPTED: "A mail with keys went there: if the address is a typing error, a stranger may have them.",
    MessageState.WAITING: "A mail with keys is on its way there.",
    MessageState.SENDING: "A mail with keys is on its way there.",
}
SHOWN_THERE: Final = "No mail with keys went there, but who proved it could see them for half an hour."


def change_of(case: Case) -> UUID | None:
    """The change that it is about."""
    return next(iter(row_id(str(facts(case).get("owner_change", "")))), None)


def facts(case: Case) -> Mapping[str, Any]:
    return case.detail if isinstance(case.detail, dict) else {}


def in_short(case: Case) -> str:
    """For a list: in a sentence, with the way to the change. Costs no query."""
    return format_html("{} {}", WHY.get(str(facts(case).get("why")), "A change of owner."), way_to(case))


def what_happened(case: Case) -> str:
    """In sentences, with the address and, of a proof, what became of the keys."""
    why = str(facts(case).get("why"))
    words = WHY.get(why, "A change of owner.")
    if address := address_of(case):
        words = format_html("{} {} <bdi>{}</bdi>.", words, AT.get(why, "At"), address)
    return format_html("{} {}", words, keys_sent(case)) if why == "proved" else words


def address_of(case: Case) -> str:
    ids = row_id(str(facts(case).get("address", "")))
    return EmailAddress.objects.filter(pk__in=ids).values_list("address", flat=True).first() or ""


def keys_sent(case: Case) -> str:
    """Whether a mail with keys left for the mailbox that was proved."""
    ids = row_id(str(facts(case).get("request", "")))
    mails = Message.objects.filter(request__in=ids, kind=MessageKind.KEYS)
    sent = mails.values_list("state", flat=True).first()
    return SENT.get(MessageState(sent), SHOWN_THERE) if sent else SHOWN_THERE


def way_to(case: Case) -> str:
    """A link to the change while the case is open, called by whether there is something to decide."""
    if case.closed_at:
        return ""
    decides = facts(case).get("why") in ELSEWHERE
    page = page_of(OwnerChange(pk=change_of(case)))
    return format_html('<a href="{}">{}</a>', page, "Decide" if decides else "Look")


def open_case_of(change: OwnerChange) -> Case | None:
    """What support still has to look at about it."""
    cases = Case.objects.filter(kind=CaseKind.ADDRESS, closed_at=None)
    return cases.filter(detail__owner_change=str(change.pk)).order_by("-id").first()
