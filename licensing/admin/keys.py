"""Licenses, registration keys, and which key serves which license. Codes stay masked; nothing is decrypted here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from licensing.console.cells import choice, link, number, related, state, text, when
from licensing.console.pages import ReadOnly, ReadOnlyRows
from licensing.console.people import mailboxes
from licensing.console.search import customers, keys, orders
from licensing.keys.code import mask
from licensing.keys.waiting import waiting_lately
from licensing.models import Edition, KeyAssignment, KeyState, License, RegistrationKey, with_addresses

KEY_TONES = {KeyState.POOL: "info", KeyState.SERVING: "good", KeyState.RETIRED: "off"}
HOW_TO_SEARCH = "Code in any spelling; its last characters; address or name of the owner; order reference; id"


def masked_text(key: RegistrationKey) -> str:
    return mask(key.tail)


@admin.display(description="code")
def masked(key: RegistrationKey) -> str:
    """The dots and the tail; a licence file by its name."""
    return key.file_name or format_html("<code>{}</code>", masked_text(key))


@admin.display(description="state")
def license_state(license: License) -> str:
    if license.revoked_at:
        return state("revoked", "bad")
    return state("expired", "off") if license.ended(now=timezone.now()) else state("active", "good")


@admin.display(description="state")
def assignment_state(assignment: KeyAssignment) -> str:
    if assignment.ends_at is None:
        return state("open", "good")
    return (
        state("in its grace period", "wait") if assignment.ends_at > timezone.now() else state("ended", "off")
    )


class WithoutKey(admin.SimpleListFilter):
    """Of the newest licenses: those that wait."""

    title = "key"
    parameter_name = "key"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("none", "waits for one")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset & waiting_lately(now=timezone.now()) if self.value() == "none" else queryset


class InThePool(admin.SimpleListFilter):
    """Keys that wait in the pool have an index of their own."""

    title = "state"
    parameter_name = "pool"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "waiting in the pool")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=KeyState.POOL) if self.value() == "yes" else queryset


def key_cell(path: str) -> Any:
    return link(path, "key", words=lambda key: key.file_name or masked_text(key))


class RegistrationKeyAdmin(ReadOnly):
    list_display = (
        masked,
        link("edition", "edition", label="sku"),
        choice("state", "state", KEY_TONES),
        text("registered_name", "registered to"),
        number("seats", "seats"),
        when("created_at", "filed"),
    )
    list_select_related = ("edition",)
    list_filter = (InThePool,)
    search_help_text = f"{HOW_TO_SEARCH}; SKU"
    ways = (
        (keys, "pk"),
        (customers, "assignments__license__owner"),
        (orders, "assignments__license__line__purchase"),
    )
    details = (
        *list_display[:-1],
        related(("assignments", KeyAssignment, "key")),
        "file_name",
        "content_type",
        when("retired_at", "retired"),
        "retired_reason",
        when("created_at", "filed"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("sealed", "fingerprint_a", "fingerprint_b")

    def about_whom(self, row: RegistrationKey) -> UUID | None:
        """Whose it is, where it is one person's."""
        serving = row.assignments.filter(ends_at=None, license__owner__isnull=False)
        owners = list(serving.order_by().values_list("license__owner", flat=True).distinct()[:2])
        return owners[0] if len(owners) == 1 else None

    def found(self, term: str) -> set[Any]:
        """Also the newest keys of the edition that has this SKU."""
        edition = Edition.objects.filter(sku=term).values_list("pk", flat=True).first()
        newest = RegistrationKey.objects.filter(edition=edition).values_list("pk", flat=True)[:200]
        return super().found(term) | (set(newest) if edition else set())

    def name_of(self, row: RegistrationKey) -> str:
        return row.file_name or masked_text(row)


class Assignments(ReadOnlyRows):
    """A license's chain of keys: its history, as long as the exchanges that policy allowed."""

    model = KeyAssignment
    fk_name = "license"
    select = ("key",)
    columns = (
        key_cell("key"),
        assignment_state,
        when("starts_at", "since"),
        when("ends_at", "until"),
        "end_reason",
    )


class LicenseAdmin(ReadOnly):
    customer_path = ("owner_id",)
    list_display = (
        link("edition__product", "product", label="name"),
        text("edition__sku", "SKU"),
        link("owner", "owner"),
        mailboxes("owner"),
        link("line__purchase", "order", label="reference"),
        number("unit", "unit"),
        license_state,
        when("expires_at", "expires"),
    )
    list_select_related = ("edition__product", "owner", "line__purchase")
    list_filter = (WithoutKey,)
    prefetch = (with_addresses("owner"),)
    search_help_text = HOW_TO_SEARCH
    ways = ((customers, "owner"), (orders, "line__purchase"), (keys, "assignments__key"))
    details = (
        *list_display,
        "subscription_ref",
        when("revoked_at", "revoked"),
        "revoked_reason",
    )
    inlines = (Assignments,)

    def name_of(self, row: License) -> str:
        return f"{row.edition} · {row.owner or 'no owner'}"


class KeyAssignmentAdmin(ReadOnly):
    customer_path = ("license__owner_id",)
    list_display = (
        key_cell("key"),
        link("license", "license", words=lambda license: license.edition.sku),
        link("license__owner", "owner"),
        mailboxes("license__owner"),
        number("seat", "seat"),
        assignment_state,
        when("starts_at", "since"),
        when("ends_at", "until"),
        text("end_reason", "why it ended"),
    )
    list_select_related = ("key", "license__edition", "license__owner")
    prefetch = (with_addresses("license__owner"),)
    search_help_text = HOW_TO_SEARCH
    ways = ((keys, "key"), (customers, "license__owner"), (orders, "license__line__purchase"))
    details = (*list_display, link("replaced_by", "replaced by", words=lambda each: masked_text(each.key)))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("key__sealed", "key__fingerprint_a", "key__fingerprint_b")

    def name_of(self, row: KeyAssignment) -> str:
        return f"{masked_text(row.key)} · {row.license.owner or 'no owner'}"
