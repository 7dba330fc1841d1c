"""What may not go out, or not now: seen here, and lifted by support."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from licensing.console.cells import link, state, text, when
from licensing.console.pages import ReadOnly
from licensing.console.search import itself
from recovery.admin.requests import HOW_TO_SEARCH, asked_for
from recovery.admin.search import counted, mailboxes
from recovery.admin.whose import OfRequest
from recovery.journeys.blocks import lift, resume
from recovery.limits import CODES, MAILBOX, MAILBOX_BY_LINK
from recovery.models import Allowance, DomainPause, Mute, Suppression

PER_ADDRESS = tuple(limit.name for limit in (MAILBOX, MAILBOX_BY_LINK, CODES))


class StillOpen(admin.SimpleListFilter):
    title = "state"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "not lifted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(lifted_at=None) if self.value() == "yes" else queryset


class Paused(admin.SimpleListFilter):
    title = "state"
    parameter_name = "paused"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "paused")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(until__gt=timezone.now()) if self.value() == "yes" else queryset


@admin.display(description="state")
def mute_state(mute: Mute) -> str:
    if mute.lifted_at:
        return state("lifted", "off")
    return state("muted", "wait") if mute.until > timezone.now() else state("over", "off")


@admin.display(description="state")
def suppression_state(suppression: Suppression) -> str:
    return state("lifted", "off") if suppression.lifted_at else state("no mail goes there", "bad")


@admin.display(description="state")
def pause_state(pause: DomainPause) -> str:
    return state("paused", "bad") if pause.until > timezone.now() else state("mail flows", "good")


class Liftable(ReadOnly):
    """Blocks of one mailbox, known by its digest only: searched by the whole address."""

    actions = ("lift",)
    list_filter = (StillOpen,)
    search_help_text = HOW_TO_SEARCH
    ways = ((mailboxes, "mailbox"),)

    @admin.action(description="Lift", permissions=["settle"])
    def lift(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Mail goes to these mailboxes again. Those already lifted keep their date."""
        chosen = self.model.objects.filter(pk__in=queryset.values("pk"))
        lifted = lift(chosen, now=timezone.now(), by=request.user.get_username())
        self.message_user(request, f"Lifted: {lifted}.")


class MuteAdmin(OfRequest, Liftable):
    request_path = "request"
    list_display = (
        link("request", "asked by", words=asked_for),
        mute_state,
        when("created_at", "muted"),
        when("until", "until"),
        when("lifted_at", "lifted"),
    )
    list_select_related = ("request",)
    details = list_display

    def name_of(self, row: Mute) -> str:
        return asked_for(row.request) if row.request else "address forgotten"


class SuppressionAdmin(Liftable):
    list_display = (
        suppression_state,
        text("reply", "server's words"),
        "source",
        when("created_at", "since"),
        when("lifted_at", "lifted"),
    )
    details = list_display

    def name_of(self, row: Suppression) -> str:
        return row.reply or "a mailbox that does not exist"


class DomainPauseAdmin(ReadOnly):
    list_display = (
        "domain",
        pause_state,
        text("reply", "server's words"),
        when("created_at", "since"),
        when("until", "until"),
    )
    list_filter = (Paused,)
    details = list_display
    search_help_text = "Domain"
    ways = ((itself, "domain"),)
    actions = ("resume",)

    @admin.action(description="Resume mail", permissions=["settle"])
    def resume(self, request: HttpRequest, queryset: QuerySet[DomainPause]) -> None:
        """Mail to these domains may go out now, that which was put off until their pauses end included."""
        chosen = DomainPause.objects.filter(pk__in=queryset.values("pk"))
        resume(chosen, now=timezone.now(), by=request.user.get_username())
        self.message_user(request, "Mail to these domains goes out with the next sweep.")

    def name_of(self, row: DomainPause) -> str:
        return row.domain


@admin.display(description="uses kept")
def uses(allowance: Allowance) -> str:
    return str(sum(count for _, count in allowance.recent))


class AllowanceAdmin(ReadOnly):
    """The counters behind the limits. Whom each is about is known by a digest only."""

    list_display = ("limit", uses, when("touched_at", "last used"))
    details = list_display
    search_help_text = "Whole address: its counters"

    def found(self, term: str) -> set[Any]:
        """The index of counters begins with the limit, so every limit that counts addresses is named."""
        subjects = counted(term)
        rows = Allowance.objects.filter(limit__in=PER_ADDRESS, subject__in=subjects)
        return set(rows.values_list("pk", flat=True))

    def name_of(self, row: Allowance) -> str:
        return f"limit {row.limit}"
