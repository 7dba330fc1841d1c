"""A product's rules for moving, as they are set up in the console: what they come to, and what makes no sense."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator

from licensing.console.policy_words import in_words
from licensing.models import Product
from licensing.rules import MOST, TERMS, contradictions, rules_of

__all__ = ["TERMS", "RulesForm", "sentence"]

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Product]
else:
    ModelForm = forms.ModelForm


def sentence(product: Product) -> str:
    return in_words(**rules_of(product))


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
