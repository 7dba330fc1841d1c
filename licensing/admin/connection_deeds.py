"""What may be done with a connection: each a small form, one call, and a plain sentence about the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.timezone import localtime

from licensing.admin.connection_forms import ChangedKey, ChangedSecret, Limits, Settings, wants_networks
from licensing.console.cells import page_of
from licensing.console.event_words import outcome
from licensing.console.told_words import counted
from licensing.console.trials import CannotBeSigned, try_sample
from licensing.intake.hooks.connections import change_secret, new_address, secrets_of, set_api_key
from licensing.intake.shop import Shop
from licensing.models import Connection, EventState

Act = Callable[[Connection, Any, datetime], str]


@dataclass(frozen=True)
class Deed:
    """`before`: what the form begins with."""

    name: str
    title: str
    says: str
    act: Act
    make: Callable[..., forms.Form] = forms.Form
    before: dict[str, Any] = field(default_factory=dict)
    main: bool = False
    asks_shop: bool = False  # over the network: in no transaction
    unfolds: str = ""  # what unfolds it is called, where its button says what is done at once

    def form(self, data: Any = None) -> forms.Form:
        """With the data that was sent, or as it stands now."""
        return self.make(data, auto_id=f"{self.name}-%s", initial=self.before)


def possible(connection: Connection, shop: Shop, *, now: datetime) -> list[Deed]:
    """What may be done with it as it stands."""
    return list(deeds(connection, shop, now))


def deeds(connection: Connection, shop: Shop, now: datetime) -> Iterator[Deed]:
    if shop.sample and connection.active and (connection.sealed_secret or not shop.secret_name):
        yield Deed(
            "try", "Send a test notification", TRY, send_sample, main=True, asks_shop=True, unfolds=UNFOLDS
        )
    if shop.secret_name:
        yield from secrets(connection, shop, now)
    if shop.api_host:
        title = "Change the API key" if connection.sealed_api_key else "Give it an API key"
        yield Deed("api-key", title, KEY.format(host=shop.api_host), save_key, ChangedKey)
    if wants_networks(shop):
        before = {
            "allowed_networks": connection.allowed_networks,
            "keys_per_day": connection.keys_per_day,
        }
        yield Deed("limits", "Change who may ask for keys", LIMITS, save_limits, Limits, before)
    before = {"name": connection.name, "test": connection.test}
    yield Deed("settings", "Change name or test mode", SETTINGS, save_settings, Settings, before)
    yield Deed("address", "Give it a new address", ADDRESS, renew_address)
    yield (
        Deed("pause", "Pause it", PAUSE, pause)
        if connection.active
        else Deed("activate", "Activate it", ACTIVATE, activate, main=True)
    )


def secrets(connection: Connection, shop: Shop, now: datetime) -> Iterator[Deed]:
    has_one = bool(connection.sealed_secret)
    make = partial(ChangedSecret, label=shop.secret_name, has_one=has_one)
    title = f"Change the {shop.secret_name}" if has_one else f"Paste the {shop.secret_name}"
    yield Deed("secret", title, CHANGE if has_one else FIRST, save_secret, make, main=not has_one)
    if connection.former_until and connection.former_until > now:
        until = date_format(localtime(connection.former_until), "j F Y, H:i")
        yield Deed("end-former", "End the former one now", FORMER.format(until=until), end_former)


UNFOLDS = "Test notification…"
TRY = (
    "Sends this shop’s recorded sample through the same checks as its own notifications, signed with this connection’s "
    "secret. It is a test order: it gives nobody a key."
)
ONLY_THE_SHOP = (
    "The sample could not be signed: what stands here as the secret only checks what the shop signs with a key of its "
    "own. Have the shop send a test notification, and look at the list of notifications."
)
FIRST = "Paste it here as the shop has it. Until it is here, whatever is signed with it is refused."
CHANGE = (
    "Paste the new one here, then use it in the shop. For as long as you say, notifications that are signed with the "
    "former one are accepted, too."
)
FORMER = "Both are accepted until {until}. Afterwards only the new one is."
KEY = "With it we ask {host} for what notifications leave out. It is kept encrypted and never shown again."
LIMITS = (
    "Requests for keys from elsewhere, or beyond the number, are refused. Other notifications are not meant."
)
SETTINGS = (
    "Test mode makes a test order of everything that comes in from now on. What is on file stays as it is."
)
ADDRESS = (
    "The present address stops at once: what the shop sends there is answered as if nothing had ever been there, until "
    "you have pasted the new one in the shop."
)
PAUSE = "What the shop sends is answered as if nothing were there, until you activate it. Most shops send it again."
ACTIVATE = "It accepts what the shop sends, at the same address as before."


class Unsettled(Exception):
    """It was done, and something is wrong all the same; the message says what."""


def send_sample(connection: Connection, form: forms.Form, now: datetime) -> str:
    """What came of it, with the way to each notification. Raises `Unsettled` where one was not understood."""
    try:
        events = try_sample(connection, now=now)
    except CannotBeSigned:
        raise Unsettled(ONLY_THE_SHOP) from None
    told = [(outcome(event), page_of(event)) for event in events]
    words = format_html_join(" ", '{} <a href="{}">See it</a>', told)
    if any(event.state == EventState.NOT_UNDERSTOOD for event in events):
        raise Unsettled(words)
    return words or "Accepted. There is nothing for us in it."


def save_secret(connection: Connection, form: ChangedSecret, now: datetime) -> str:
    keep = form.keep_former_for
    change_secret(connection, secret=form.cleaned_data["secret"], keep_former_for=keep, now=now)
    return "Saved. It is not shown again." + (
        " The former one goes on being accepted for a while." if keep > timedelta() else ""
    )


def end_former(connection: Connection, form: forms.Form, now: datetime) -> str:
    current = secrets_of(connection, now=now)[0]
    change_secret(connection, secret=current, keep_former_for=timedelta(), now=now)
    return "Ended. Only the present one is accepted."


def save_key(connection: Connection, form: forms.Form, now: datetime) -> str:
    key: str = form.cleaned_data["api_key"]
    again = set_api_key(connection, api_key=key)
    read = f" {counted(again, 'notification')} that waited for it will be read again." if again else ""
    return f"Saved. It is not shown again.{read}" if key else "Taken away."


def save_limits(connection: Connection, form: forms.Form, now: datetime) -> str:
    return saved(connection, form, "allowed_networks", "keys_per_day")


def save_settings(connection: Connection, form: forms.Form, now: datetime) -> str:
    return saved(connection, form, "name", "test")


def saved(connection: Connection, form: forms.Form, *fields: str) -> str:
    for each in fields:
        setattr(connection, each, form.cleaned_data[each])
    connection.save(update_fields=fields)
    return "Saved."


def renew_address(connection: Connection, form: forms.Form, now: datetime) -> str:
    new_address(connection)
    return "Done. Paste the new address in the shop: the former one has stopped."


def pause(connection: Connection, form: forms.Form, now: datetime) -> str:
    return switched(connection, False, "Paused.")


def activate(connection: Connection, form: forms.Form, now: datetime) -> str:
    return switched(connection, True, "Active again.")


def switched(connection: Connection, active: bool, words: str) -> str:
    connection.active = active
    connection.save(update_fields=["active"])
    return words
