"""Which entries somebody wants to see: by person, deed, customer, row and days; the newest first, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from config.trail.deeds import meant
from licensing.models import AuditEntry

ON_A_PAGE: Final = 50


class TrailForm(forms.Form):
    by = forms.CharField(label="Who", max_length=150, required=False)
    action = forms.CharField(
        label="What was done",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"list": "deeds", "size": 26, "autocomplete": "off"}),
    )
    customer = forms.UUIDField(label="Customer’s id", required=False)
    row = forms.CharField(label="Row’s id", max_length=64, required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    p = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean_action(self) -> list[str]:
        """The names within of the deeds that are meant."""
        typed = self.cleaned_data["action"]
        found = meant(typed) if typed and "\0" not in typed else []
        if typed and not found:
            raise forms.ValidationError("There is no such deed; choose one.")
        return found

    def clean(self) -> dict[str, Any]:
        """PostgreSQL takes no NUL in a text."""
        typed = super().clean() or self.cleaned_data
        for name in ("by", "row"):
            if "\0" in typed.get(name, ""):
                self.add_error(name, "There is a character in it that no name has.")
        return typed


@dataclass(frozen=True)
class Page:
    entries: list[AuditEntry]
    older: str  # the query of the next page; empty on the last


def page_of_entries(typed: dict[str, Any], query: QueryDict) -> Page:
    found = list(asked_for(typed)[: ON_A_PAGE + 1])
    entries = found[:ON_A_PAGE]
    if len(found) <= ON_A_PAGE:
        return Page(entries, "")
    following = query.copy()
    following["p"] = str(entries[-1].pk)
    return Page(entries, following.urlencode())


def asked_for(typed: dict[str, Any]) -> QuerySet[AuditEntry]:
    """Every filter has an index that ends with the id, and days are ranges of ids: those begin with the time."""
    rows = AuditEntry.objects.order_by("-id").select_related("link")
    exact = {name: typed[name] for name in ("by", "customer", "row") if typed.get(name)}
    rows = rows.filter(**exact)
    if typed.get("action"):
        rows = rows.filter(action__in=typed["action"])
    if typed.get("since"):
        rows = rows.filter(id__gte=first_id(typed["since"]))
    if typed.get("until"):
        rows = rows.filter(id__lt=first_id(typed["until"] + timedelta(days=1)))
    return rows.filter(id__lt=typed["p"]) if typed.get("p") else rows


def first_id(day: date) -> UUID:
    """No id of that day (UTC) is smaller, and none of the day before is as large (RFC 9562, 5.7)."""
    milliseconds = max(int(datetime.combine(day, time(), tzinfo=UTC).timestamp() * 1000), 0)
    return UUID(int=milliseconds << 80)
