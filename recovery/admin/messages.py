"""The outbox: each mail's state, attempts, and the words of the server. Bodies are not stored, so none are shown."""

from __future__ import annotations

from licensing.console.cells import choice, link, number, text, when
from licensing.console.pages import ReadOnlyRows
from recovery.admin.mail_filters import Failed, IsLate, ToDomain
from recovery.admin.owner_change_cells import told
from recovery.admin.requests import HOW_TO_SEARCH, asked_for
from recovery.admin.search import requests
from recovery.admin.tones import ATTEMPT_TONES, MESSAGE_TONES, MESSAGE_WORDS
from recovery.admin.whose import OfRequest
from recovery.models import MailAttempt, Message


def message_name(message: Message) -> str:
    return str(message.get_kind_display())


ATTEMPT_CELLS = (
    number("number", "attempt"),
    choice("outcome", "outcome", ATTEMPT_TONES),
    text("stage", "stage"),
    text("reply", "server's words"),
    when("ended_at", "ended"),
)


class FailedAttempts(ReadOnlyRows):
    model = MailAttempt
    columns = ATTEMPT_CELLS
    verbose_name_plural = "attempts that did not end in acceptance"


class MessageAdmin(OfRequest):
    request_path = "request"
    list_display = (
        "kind",
        link("request", "to", words=asked_for),
        choice("state", "state", MESSAGE_TONES, short=MESSAGE_WORDS),
        choice("withheld_because", "why not", {}),
        number("attempts", "attempts"),
        text("reply", "server's words"),
        when("due_at", "due"),
        when("created_at", "promised"),
    )
    list_select_related = ("request", "ask")
    list_filter = ("state", IsLate, Failed, ToDomain)
    search_help_text = HOW_TO_SEARCH
    ways = ((requests, "request"),)
    details = (
        *list_display[:-2],
        told,
        link("ask", "key asked for by a shop", label="order"),
        "template",
        number("ambiguous", "attempts whose end nobody saw"),
        when("due_at", "due"),
        when("created_at", "promised"),
        when("attempt_at", "last attempt"),
        when("lease_until", "worker's lease ends"),
        when("accepted_at", "accepted"),
    )
    inlines = (FailedAttempts,)

    def name_of(self, row: Message) -> str:
        return message_name(row)


class MailAttemptAdmin(OfRequest):
    request_path = "message__request"
    list_display = (
        link("message", "mail", words=message_name),
        link("message__request", "to", words=asked_for),
        *ATTEMPT_CELLS,
    )
    list_select_related = ("message__request",)
    details = list_display
    search_help_text = HOW_TO_SEARCH
    ways = ((requests, "message__request"),)

    def name_of(self, row: MailAttempt) -> str:
        return f"{message_name(row.message)}, attempt {row.number}"
