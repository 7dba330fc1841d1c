"""The small forms behind the buttons. Each carries the id that makes a second press harmless."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils import timezone

from licensing.models import Customer, Edition, Purchase, RevealReason, Store
from licensing.models.base import uuid7
from licensing.support.by_hand import MOST_UNITS
from licensing.support.notes import LONGEST_NOTE
from recovery.admin.exchange_deeds import LONGEST_REASON, Written

WHOLE: Final = "all"
REASON: Final = "Reason (recorded)"


class DeedForm(forms.Form):
    """For a customer, and perhaps one row of theirs."""

    press = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, customer: Customer, row: Any, data: Any = None) -> None:
        super().__init__(data, auto_id="deed-%s", initial={"press": uuid7()})
        self.customer, self.row = customer, row
        self.shape()

    def shape(self) -> None:
        """Fits the fields to customer and row."""


class Reasoned(DeedForm):
    words = Written(longest=LONGEST_REASON, label=REASON)


class Addressed(DeedForm):
    """To which of the current addresses."""

    address = forms.TypedChoiceField(label="To", coerce=UUID, widget=forms.RadioSelect)

    def shape(self) -> None:
        known = sorted(current(self.customer), key=lambda each: each.pk, reverse=True)
        field: Any = self.fields["address"]
        field.choices = [(str(each.pk), each.address) for each in known]
        chosen = next((each for each in known if each == self.row), known[0] if known else None)
        self.initial["address"] = str(chosen.pk) if chosen else ""


def current(customer: Customer) -> list[Any]:
    return [each for each in customer.known_addresses() if each.former_since is None]


class Refunded(Reasoned):
    """The whole order, or so many units of one line."""

    what = forms.ChoiceField(label="What was refunded")
    units = forms.IntegerField(label="How many units of that line", min_value=1, required=False)
    field_order = ("what", "units", "words")

    def shape(self) -> None:
        purchase: Purchase = self.row
        lines = list(purchase.lines.defer("sealed_code"))
        field: Any = self.fields["what"]
        field.choices = [
            (WHOLE, "The whole order"),
            *(
                (str(each.pk), f"Only units of: {each}")
                for each in lines
                if sum(e.quantity for e in lines) > 1
            ),
        ]
        if len(field.choices) == 1:
            field.widget, self.fields["units"].widget = forms.HiddenInput(), forms.HiddenInput()
            self.initial["what"] = WHOLE

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("what", WHOLE) != WHOLE and not given.get("units"):
            self.add_error("units", "Say how many units of that line were refunded.")
        return given


class Bought(Addressed):
    """What a shop would have told."""

    store = forms.ModelChoiceField(
        Store.objects.all(), label="Shop", required=False, empty_label="By hand: no shop told it"
    )
    reference = forms.CharField(label="Order or invoice number", max_length=200)
    ordered_at = forms.DateField(label="Bought on", widget=forms.DateInput(attrs={"type": "date"}))
    edition = forms.ModelChoiceField(
        Edition.objects.select_related("product").order_by("product__name", "version", "platform"),
        label="Product",
    )
    quantity = forms.IntegerField(label="Units", min_value=1, max_value=MOST_UNITS, initial=1)
    registered_name = forms.CharField(
        label="Registered to (empty: the customer’s name)", max_length=300, required=False
    )
    words = Written(longest=LONGEST_REASON, label=REASON)

    def shape(self) -> None:
        super().shape()
        self.fields["address"].label = "Filed under"
        self.initial.update({"ordered_at": timezone.localdate().isoformat(), "quantity": 1})


class Noted(DeedForm):
    text = Written(longest=LONGEST_NOTE, label="Note, for support only")


class Revealed(DeedForm):
    """Why somebody looks: the customer reads it."""

    reason = forms.ChoiceField(label="Why", choices=RevealReason.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="In your words (needed for another reason; the customer reads it)",
        max_length=300,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("reason") == RevealReason.OTHER and not str(given.get("words", "")).strip():
            self.add_error("words", "Say why.")
        return given


class Confirmed(DeedForm):
    """Nothing to say: pressing is all."""


def focus_on_words(form: forms.Form) -> None:
    """Where there is something to write, the page begins there: most of these pages ask for nothing else."""
    field = next((form.fields[name] for name in ("words", "text") if name in form.fields), None)
    if field is not None:
        field.widget.attrs["autofocus"] = True
