"""Who asked, and what became of it. Digests of mailboxes, networks and browsers are never shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from licensing.console.cells import EMPTY, address, choice, link, number, page_of, state, text, when
from licensing.console.pages import ReadOnlyRows
from recovery.admin.search import requests
from recovery.admin.tones import MESSAGE_TONES
from recovery.admin.whose import OfRequest
from recovery.models import Challenge, Message, OwnerChange, RecoveryRequest

HOW_TO_SEARCH = "Whole address; name of a customer; order reference; code; id"


@admin.display(description="proof")
def proof(request: RecoveryRequest) -> str:
    return state("mailbox proved", "good") if request.verified_at else state("not proved", "off")


@admin.display(description="state")
def challenge_state(challenge: Challenge) -> str:
    if challenge.consumed_at:
        return state("used", "good")
    return state("live", "wait") if challenge.expires_at > timezone.now() else state("expired", "off")


def asked_for(request: RecoveryRequest) -> str:
    return request.address or "address forgotten"


@admin.display(description="change of owner")
def its_change(request: RecoveryRequest) -> str:
    """The claim that it proves, or the change that its mail tells of."""
    proves = OwnerChange.objects.filter(request=request)
    found = proves.first() or OwnerChange.objects.filter(mails__request=request).first()
    return format_html('<a href="{}">{}</a>', page_of(found), found.get_state_display()) if found else EMPTY


CHALLENGE_CELLS = (
    number("mint", "mint"),
    challenge_state,
    number("tries", "tries"),
    when("minted_at", "made"),
    when("expires_at", "expires"),
    when("consumed_at", "used"),
)


class Mails(ReadOnlyRows):
    model = Message
    columns = (
        "kind",
        choice("state", "state", MESSAGE_TONES),
        number("attempts", "attempts"),
        text("reply", "server's words"),
    )


class Challenges(ReadOnlyRows):
    model = Challenge
    columns = CHALLENGE_CELLS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("nonce")


class RecoveryRequestAdmin(OfRequest):
    list_display = (
        address("address", "address"),
        "origin",
        proof,
        text("language", "language"),
        when("created_at", "asked"),
        when("verified_at", "proved"),
        when("view_ends_at", "view ends"),
    )
    details = (*list_display, its_change)
    search_help_text = HOW_TO_SEARCH
    ways = ((requests, "pk"),)
    inlines = (Mails, Challenges)

    def name_of(self, row: RecoveryRequest) -> str:
        return asked_for(row)


class ChallengeAdmin(OfRequest):
    request_path = "request"
    list_display = (link("request", "request", words=asked_for), *CHALLENGE_CELLS)
    list_select_related = ("request",)
    details = list_display
    search_help_text = HOW_TO_SEARCH
    ways = ((requests, "request"),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("nonce")

    def name_of(self, row: Challenge) -> str:
        return f"{asked_for(row.request)}, mint {row.mint}"
