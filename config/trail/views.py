"""The pages of the audit trail: the newest entries, and a download for auditors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch
from django.utils import timezone
from django.views.decorators.http import require_GET

from config.staff.frame import frame
from config.trail.asked import Page, TrailForm, page_of_entries
from config.trail.deeds import known
from config.trail.details import lines_of
from config.trail.words import named, words_for
from licensing.audit.chain import chain
from licensing.audit.export import lines
from licensing.audit.looked import concerns
from licensing.audit.proof import can_be_read, keys_of
from licensing.audit.sealing import opened_with
from licensing.audit.trail import record
from licensing.console.cells import page_of
from licensing.console.proof import asks_for_proof
from licensing.console.rights import only_with, refuse_unless
from licensing.console.second_person import ForTwo, always, needs_second_person
from licensing.models import AuditEntry, Customer

SEE: Final = "licensing.view_auditentry"
DOWNLOAD: Final = "licensing.view_audit_export"


@require_GET
def trail(request: HttpRequest) -> HttpResponse:
    """A look at the trail is a look, too: it is in it."""
    refuse_unless(request, SEE)
    form = TrailForm(request.GET)
    typed = form.cleaned_data if form.is_valid() else {}
    page = page_of_entries(typed, request.GET) if form.is_valid() else Page([], "")
    if typed.get("customer"):
        concerns(request, typed["customer"])
    keys = keys_of(page.entries)
    context = {
        "form": form,
        "deeds": dict.fromkeys(known().values()),
        "rows": [shown(entry, keys.get(entry.key)) for entry in page.entries],
        "older": page.older,
        "first": not typed.get("p"),
        "may_download": request.user.has_perm(DOWNLOAD),
    }
    return render(request, "console/trail.html", frame(request, title="Audit trail") | context)


def shown(entry: AuditEntry, key: bytes | None) -> dict[str, Any]:
    return {
        "entry": entry,
        "words": words_for(entry.action),
        "said": said(entry, key),
        "links": list(links(entry)),
    }


def said(entry: AuditEntry, key: bytes | None) -> list[tuple[str, str]]:
    """One that was tampered with says so, and hides none of the others."""
    if key and not can_be_read(entry, key):
        return [("Details", "cannot be opened: somebody changed this entry. See manage.py verify_audit")]
    return lines_of(opened_with(key, entry) if key else None)


def links(entry: AuditEntry) -> Iterator[tuple[str, str]]:
    """To the customer, and to the row, where it has a page."""
    if entry.customer:
        yield page_of(Customer(pk=entry.customer)), "the customer"
    if entry.row and entry.model and entry.row != str(entry.customer):
        try:
            yield page_of(apps.get_model(entry.model)(pk=entry.row)), named(entry.model.rpartition(".")[2])
        except (LookupError, NoReverseMatch):
            return


@only_with(DOWNLOAD)
@asks_for_proof
@needs_second_person(ForTwo.EXPORTS, "Download the audit trail", when=always)
@require_GET
def download(request: HttpRequest) -> HttpResponseBase:
    """The days that were asked for, while they are read."""
    refuse_unless(request, DOWNLOAD)
    form = TrailForm(request.GET)
    if not form.is_valid():
        return HttpResponse(status=400)
    days = {name: form.cleaned_data[name] for name in ("since", "until")}
    record(
        "trail.exported", by=request.user.get_username(), details={n: str(d or "") for n, d in days.items()}
    )
    chain()
    response = StreamingHttpResponse(lines(**days), content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="audit-{timezone.now():%Y-%m-%d}.jsonl"'
    return response
