"""A product's rules for moving, as they are set up in the console: what they come to, and what makes no sense."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator

from licensing.console.policy_words import days, in_words, times
from licensing.models import Product

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Product]
else:
    ModelForm = forms.ModelForm

MOST = 32_767  # what the smallest of the databases keeps; no date is beyond the calendar with it
TERMS = {
    "offered": "exchange_allowed",
    "per_period": "exchanges_per_period",
    "period": "exchange_period_days",
    "cooldown": "exchange_cooldown_days",
    "window": "exchange_window_days",
    "grace": "exchange_grace_days",
    "needs_approval": "exchange_needs_approval",
}


def sentence(product: Product) -> str:
    return in_words(**{term: getattr(product, field) for term, field in TERMS.items()})


class RulesForm(ModelForm):
    """Refuses rules that contradict each other, and says what they would come to."""

    class Meta:
        model = Product
        fields = tuple(TERMS.values())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in TERMS.values() and isinstance(field, forms.IntegerField):
                field.validators.append(MaxValueValidator(MOST))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        rules = {term: given.get(field) for term, field in TERMS.items()}
        if rules["offered"] and not self.errors:
            for term, words in contradictions(rules):
                self.add_error(TERMS[term], words)
        return given


def contradictions(rules: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each with the rule that it is shown at. All numbers are there, and moving is allowed."""
    if not rules["per_period"]:
        yield (
            "per_period",
            "0 moves: nobody could move a license. To switch moving off, take the tick away above.",
        )
    if not rules["period"]:
        yield "period", "A period of 0 days counts nothing: a license could move without limit."
    if rules["window"] == 0:
        yield "window", "0 days after the purchase: nobody could ever move a license. Empty means always."
    if rules["period"] and rules["per_period"]:
        yield from misfits(rules)


def misfits(rules: dict[str, Any]) -> Iterator[tuple[str, str]]:
    period, cooldown, window = rules["period"], rules["cooldown"], rules["window"]
    fitting = ceil(period / cooldown) if cooldown else rules["per_period"]
    if cooldown > period:
        yield (
            "cooldown",
            f"{days(cooldown)} between moves are more than the period of {days(period)}: no second move would ever "
            "fall into one period, so their number would mean nothing.",
        )
    elif rules["per_period"] > fitting:
        yield (
            "per_period",
            f"{days(cooldown)} apart, a license can move only {times(fitting)} in {days(period)}; "
            "the rest could never be used.",
        )
    if window and rules["per_period"] > 1 and cooldown > window:
        yield (
            "window",
            f"Moves are {days(cooldown)} apart, so only one would ever fall into the {days(window)} after the "
            "purchase.",
        )
    if rules["grace"] > period:
        yield (
            "grace",
            f"The old code would stay valid longer than the period of {days(period)}: who moves to and fro would "
            "always have a code for each platform.",
        )
