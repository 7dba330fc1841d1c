"""Licenses on their way to another platform: who asked, what was decided, and by which rule."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest

from licensing.console.cells import EMPTY, choice, link, text, when
from licensing.console.pages import ReadOnly, ReadOnlyRows
from licensing.console.people import mailboxes
from licensing.console.search import customers, keys, orders
from licensing.models import with_addresses
from recovery.admin.exchange_cells import chain, conversation, policy_words, rule_words, what
from recovery.admin.exchange_filters import Asked, FromPlatform, OfProduct, ToPlatform
from recovery.admin.exchange_start import Startable
from recovery.admin.tones import EXCHANGE_TONES, MESSAGE_TONES
from recovery.models import Exchange, ExchangeMail, ExchangeNote

HOW_TO_SEARCH = "Address or name of the owner; order reference; code, or its last characters; id"
WAYS = (
    (customers, "license__owner"),
    (orders, "license__line__purchase"),
    (keys, "license__assignments__key"),
)


class Mails(ReadOnlyRows):
    model = ExchangeMail
    select = ("message",)
    columns = (
        link("message", "mail", words=lambda message: str(message.get_kind_display())),
        choice("message__state", "state", MESSAGE_TONES),
        text("message__reply", "server's words"),
        when("message__accepted_at", "accepted"),
    )
    show_change_link = False
    verbose_name_plural = "mails about it"


class ExchangeAdmin(Startable):
    customer_path = ("license__owner_id",)
    list_display = (
        what,
        choice("state", "state", EXCHANGE_TONES),
        link("license__owner", "owner"),
        mailboxes("license__owner"),
        text("by", "support"),
        "who_has_it",
        when("asked_at", "asked"),
        when("completed_at", "done"),
    )
    list_select_related = (
        "license__owner",
        "license__edition__product",
        "license__line__purchase",
        "from_edition__product",
        "to_edition__product",
    )
    list_filter = ("state", OfProduct, FromPlatform, ToPlatform, Asked)
    prefetch = (with_addresses("license__owner"),)
    search_help_text = HOW_TO_SEARCH
    ways = WAYS
    details = (
        list_display[1],
        conversation,
        *list_display[2:4],
        link("license", "license", words=lambda license: str(license.edition)),
        link("license__line__purchase", "order", label="reference"),
        "kind",
        text("from_edition", "from"),
        text("to_edition", "to"),
        rule_words,
        policy_words,
        text("by", "support login"),
        text("reason", "reason given"),
        chain,
        when("asked_at", "asked"),
        when("completed_at", "done"),
        when("old_key_until", "old key valid until"),
        when("undone_at", "undone"),
        text("undone_by", "undone by"),
        when("ended_at", "declined or cancelled"),
    )
    inlines = (Mails,)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without what has not happened to it. Its chain of keys is never empty, and read only once."""
        if obj is None:
            return self.details
        return [cell for cell in self.details if cell is chain or isinstance(cell, str) or cell(obj) != EMPTY]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """With what was written: the page looks at it more than once."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            prefetch_related_objects([found], "notes")
        return found

    def name_of(self, row: Exchange) -> str:
        return f"{row.from_edition} to {row.to_edition} · {row.license.owner or 'no owner'}"


class ExchangeNoteAdmin(ReadOnly):
    """Written on the page of its exchange."""

    customer_path = ("exchange__license__owner_id",)
    list_display = (
        "author",
        text("by", "login"),
        "text",
        link("exchange", "move", words=lambda exchange: str(exchange.to_edition)),
        link("exchange__license__owner", "owner"),
        when("created_at", "written"),
    )
    list_select_related = ("exchange__to_edition__product", "exchange__license__owner")
    prefetch = (with_addresses("exchange__license__owner"),)
    search_help_text = HOW_TO_SEARCH
    ways = tuple((finder, f"exchange__{path}") for finder, path in WAYS)
    details = list_display

    def name_of(self, row: ExchangeNote) -> str:
        return f"{row.get_author_display()}, about {row.exchange.to_edition}"


class ExchangeMailAdmin(ReadOnly):
    """Which mail told of which step."""

    customer_path = ("exchange__license__owner_id",)
    list_display = (
        "step",
        choice("message__state", "state", MESSAGE_TONES),
        link("message", "mail", words=lambda message: str(message.get_kind_display())),
        link("exchange", "move", words=lambda exchange: str(exchange.to_edition)),
        link("exchange__license__owner", "owner"),
    )
    list_select_related = ("message", "exchange__to_edition__product", "exchange__license__owner")
    prefetch = (with_addresses("exchange__license__owner"),)
    search_help_text = HOW_TO_SEARCH
    ways = tuple((finder, f"exchange__{path}") for finder, path in WAYS)
    details = list_display

    @staticmethod
    def id_finder(term: str) -> list[Any]:
        return []  # which mail told of what has numbers, not ids

    def name_of(self, row: ExchangeMail) -> str:
        return row.step
