"""What an administrator says of a new API key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.core.validators import validate_slug

from licensing.console.short_names import ERRORS
from recovery.models import Scope

LASTS: Final = {"30": "30 days", "90": "90 days", "365": "a year", "730": "two years"}
MOST_PER_MINUTE: Final = 6_000


class NewKey(forms.Form):
    name = forms.CharField(
        max_length=60,
        validators=[validate_slug],
        label="Which system it is for",
        error_messages=ERRORS,
        help_text="Letters, digits and dashes, as in shop-backend. The audit trail calls it by this name, so no two "
        "keys have the same.",
    )
    scopes = forms.MultipleChoiceField(
        choices=[(each.value, f"{each.value}: {each.label}") for each in Scope],
        widget=forms.CheckboxSelectMultiple,
        label="What it may do",
    )
    lasts = forms.ChoiceField(choices=list(LASTS.items()), initial="365", label="For how long")
    per_minute = forms.IntegerField(
        min_value=1, max_value=MOST_PER_MINUTE, initial=120, label="Calls a minute, at most"
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "label_suffix": ""})

    @property
    def life(self) -> timedelta:
        return timedelta(days=int(self.cleaned_data["lasts"]))
