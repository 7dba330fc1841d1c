"""What is typed about a connection. Secrets go in and are never shown again, not even beside an error."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from licensing.console.short_names import ERRORS
from licensing.intake import allowed
from licensing.intake.shop import Shop
from licensing.models import Store

LONGEST_SECRET: Final = 4_000  # characters; a public key in PEM is the longest thing that shops call one
MOST_KEYS_PER_DAY: Final = 100_000
KEEP: Final = (
    ("48", "48 hours"),
    ("0", "not at all: the shop has the new one already"),
    ("24", "24 hours"),
    ("168", "7 days"),
)


class Unseen(forms.Textarea):
    """Takes a secret, of several lines where need be, and forgets it."""

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false", "class": "secret"})

    def format_value(self, value: Any) -> str:
        return ""


def secret_field(label: str, *, required: bool, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=LONGEST_SECRET, widget=Unseen(), help_text=help_text
    )


class Networks(forms.CharField):
    """Addresses and networks (RFC 4632), one a line, in their plain form."""

    def __init__(self) -> None:
        super().__init__(
            label="Addresses that may ask for keys",
            required=False,
            max_length=5_000,
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
            help_text="One address or network a line, such as 192.0.2.0/24. Empty: nobody gets a key here.",
        )

    def clean(self, value: Any) -> str:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > allowed.MOST_NETWORKS:
            raise ValidationError(f"These are more than {allowed.MOST_NETWORKS}.")
        return "\n".join(map(plain_network, lines))


def plain_network(line: str) -> str:
    try:
        return allowed.plain_network(line)
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


def keys_per_day_field() -> forms.IntegerField:
    return forms.IntegerField(
        label="Keys in 24 hours",
        initial=100,
        min_value=0,
        max_value=MOST_KEYS_PER_DAY,
        help_text="This shop does not sign its requests: more than these are refused.",
    )


def wants_networks(shop: Shop) -> bool:
    """Whoever knows the address of an unsigned key request could ask for keys, so only the shop's own hosts may."""
    return shop.key_desk is not None and not shop.signed


def add_settings(form: forms.Form) -> None:
    form.fields["name"] = forms.CharField(
        label="Name", max_length=80, help_text="For you to tell connections apart, such as “live” or “test”."
    )
    form.fields["test"] = forms.BooleanField(
        label="Test mode", required=False, help_text="Everything that comes in here is a test order."
    )


class NewConnection(forms.Form):
    """A connection to a shop; asks only for what this kind of shop has. A store that is not on file is made with it."""

    def __init__(self, *args: Any, shop: Shop, store: Store | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if store is None:
            self.fields["store_name"] = forms.SlugField(
                label="Short name of the shop",
                max_length=80,
                help_text="For commands. It never changes.",
                error_messages=ERRORS,
            )
            self.fields["store_title"] = forms.CharField(
                label="What customers know it as", max_length=200, initial=shop.title
            )
        add_settings(self)
        self.fields["name"].initial = "live"
        if shop.secret_name:
            self.fields["secret"] = secret_field(shop.secret_name, required=False, help_text=LATER)
        if shop.api_host:
            self.fields["api_key"] = secret_field(api_key_label(shop), required=False, help_text=asks(shop))
        if wants_networks(shop):
            self.fields["allowed_networks"] = Networks()
            self.fields["keys_per_day"] = keys_per_day_field()

    def clean_store_name(self) -> str:
        name: str = self.cleaned_data["store_name"]
        if Store.objects.filter(name=name).exists():
            raise ValidationError(
                "There is a shop of that name already. Go back and choose it, or take another."
            )
        return name


LATER: Final = (
    "Leave it empty if the shop shows it only after it knows the address: you can paste it on the next page."
)


def api_key_label(shop: Shop) -> str:
    """In the shop's own words, where it has some."""
    return shop.api_key_name if shop.api_key_name == "API key" else f"API key ({shop.api_key_name})"


def asks(shop: Shop) -> str:
    return f"For what its notifications leave out: we ask {shop.api_host} for it. A key that may only read is enough."


class ChangedSecret(forms.Form):
    """Of the former one, how long it stays valid: as long as the shop may still sign with it."""

    def __init__(self, *args: Any, label: str, has_one: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["secret"] = secret_field(f"New: {label}", required=True)
        if has_one:
            self.fields["keep"] = forms.ChoiceField(label="The former one stays valid for", choices=KEEP)

    @property
    def keep_former_for(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data.get("keep") or 0))


class ChangedKey(forms.Form):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["api_key"] = secret_field("API key (empty: take it away)", required=False)


class Settings(forms.Form):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        add_settings(self)


class Limits(forms.Form):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["allowed_networks"] = Networks()
        self.fields["keys_per_day"] = keys_per_day_field()
