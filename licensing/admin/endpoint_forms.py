"""What is typed about an endpoint. Its secret is made here, and never typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from licensing.keys.sources.hosts import NotAllowed
from licensing.models import Endpoint
from licensing.models.base import uuid7
from licensing.models.outgoing import without_query
from licensing.outgoing.endpoints import Wanted
from licensing.outgoing.hosts import target_of
from licensing.outgoing.kinds import CHOICES
from licensing.support.errors import StalePage
from licensing.support.press import checked

SINCE: Final = (
    ("1", "the last 24 hours"),
    ("3", "the last 3 days"),
    ("7", "the last 7 days"),
    ("90", "all of it"),
)
ALL: Final = tuple(each.name for each in CHOICES)


class Told(forms.Form):
    """What an endpoint is told, and where."""

    url = forms.CharField(
        label="Address",
        max_length=500,
        widget=forms.URLInput(
            attrs={"placeholder": "https://hooks.example.com/licenses", "spellcheck": "false"}
        ),
    )
    description = forms.CharField(
        label="What it is", required=False, max_length=200, help_text="For you to tell endpoints apart."
    )
    kinds = forms.MultipleChoiceField(
        label="Events",
        choices=[(each, each) for each in ALL],
        widget=forms.CheckboxSelectMultiple,
        initial=ALL,
        help_text="When each is told, and what it says: docs/outgoing.md.",
    )
    also_files = forms.BooleanField(
        label="Orders from files, too, one by one",
        required=False,
        help_text="A file may hold a hundred thousand. Otherwise import.finished tells of it once.",
    )

    def clean_url(self) -> str:
        """As it is shown, with its query left out, it is the one that the endpoint has."""
        url: str = self.cleaned_data["url"]
        kept: str = self.initial.get("kept", "")
        url = kept if kept and url == without_query(kept) else url
        try:
            target_of(url)
        except NotAllowed as problem:
            raise ValidationError(str(problem)) from None
        return url

    @property
    def wanted(self) -> Wanted:
        return Wanted(**{name: self.cleaned_data[name] for name in Told.base_fields})

    @staticmethod
    def before(endpoint: Endpoint) -> dict[str, Any]:
        as_it_is = {name: getattr(endpoint, name) for name in Told.base_fields}
        return as_it_is | {"url": endpoint.shown_url, "kept": endpoint.url}


class New(Told):
    """The page makes the id, so that a form that is sent twice makes one endpoint."""

    press = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)

    def clean_press(self) -> Any:
        try:
            return checked(self.cleaned_data["press"], now=timezone.now())
        except StalePage:
            raise ValidationError("This page has been open too long. Load it again.") from None


class Since(forms.Form):
    days = forms.ChoiceField(label="What was given up of", choices=SINCE, initial="3")

    @property
    def span(self) -> timedelta:
        return timedelta(days=int(self.cleaned_data["days"]))
