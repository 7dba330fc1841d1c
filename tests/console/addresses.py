"""Every address of the console, found in the URL resolver and filled with rows that are on file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, Final, NamedTuple

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from config.staff.models import Approval
from licensing.admin.same_order import DEEDS as SAME_ORDER
from licensing.everything.kinds import CONTENT_TYPES
from licensing.models import Customer, License, Purchase, RegistrationKey
from recovery.admin.customer.deeds import DEEDS as OF_CUSTOMER
from recovery.admin.exchange_deeds import DEEDS as OF_EXCHANGE
from recovery.models import ApiKey, OwnerChange, Wording

GENERIC: Final = ("changelist", "add", "change", "delete", "history")
CONNECTION_DEEDS: Final = ("pause", "settings", "secret", "api-key", "limits", "address", "try", "end-former")
ENDPOINT_DEEDS: Final = ("test", "replay", "enable", "change", "end-former", "rotate", "disable")
# Words in addresses, by the view's name (empty: any) and the word's.
WORDS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("", "mail"): ("keys",),
    ("", "language"): ("en",),
    ("admin:licensing_connection_act", "name"): CONNECTION_DEEDS,
    ("admin:licensing_hookevent_act", "name"): ("again", "confirm"),
    ("admin:licensing_endpoint_act", "name"): ENDPOINT_DEEDS,
    ("admin:licensing_case_same_order", "name"): tuple(SAME_ORDER),
    ("admin:licensing_customer_download", "kind"): tuple(CONTENT_TYPES),
    ("admin:recovery_exchange_decide", "name"): tuple(OF_EXCHANGE),
    ("admin:approval_decide", "deed"): ("approve", "decline"),
    ("admin:customer_deed", "name"): tuple(OF_CUSTOMER),
    ("admin:app_list", "app_label"): ("licensing", "recovery"),
    ("staff_act", "deed"): ("renew", "enable", "disable", "end-sessions", "role"),
    ("staff_invited", "token"): ("no-such-token",),
}
# What ids in addresses name, where neither the view nor the id says it.
NAMED_ROWS: Final[dict[str, type[Model]]] = {
    "kept": Purchase,
    "change_id": OwnerChange,
    "version": Wording,
    "staff_person": User,
    "staff_act": User,
    "mfa_remove_webauthn": User,
    "staff_end_session": User,
    "admin:approval": Approval,
    "admin:approval_decide": Approval,
    "customer_id": Customer,
    "license_id": License,
    "key_id": RegistrationKey,
    "admin:recovery_apikey_revoke": ApiKey,
}
# What an address is never asked without.
QUERIES: Final = {
    "admin:autocomplete": "?app_label=licensing&model_name=edition&field_name=product&term=a",
}
# They lead elsewhere, or lie behind a page of ours at the same address.
NOT_PAGES: Final = {
    "admin:view_on_site",
    "admin:None",
    "admin:login",
    "admin:logout",
    "admin:password_change",
}


class Address(NamedTuple):
    """A view's name, what its address names besides rows, and the address."""

    name: str
    word: str
    path: str

    @property
    def is_generic(self) -> bool:
        return self.name.rpartition("_")[2] in GENERIC and self.model is not None

    @property
    def model(self) -> type[Model] | None:
        label, _, rest = self.name.removeprefix("admin:").partition("_")
        try:
            return apps.get_model(label, rest.partition("_")[0])
        except LookupError:
            return None


def every_address() -> list[Address]:
    """Raises `AssertionError` for one that cannot be filled: say above what its words and ids are."""
    return [address for name, pattern in views() for address in filled(name, pattern)]


def views() -> Iterator[tuple[str, URLPattern]]:
    (console,) = (each for each in get_resolver().url_patterns if str(each.pattern) == "console/")
    assert isinstance(console, URLResolver)
    seen = set()
    for namespace, pattern in below(console):
        name = f"{namespace}{pattern.name}"
        if name not in NOT_PAGES and name not in seen:
            seen.add(name)
            yield name, pattern


def below(resolver: URLResolver) -> Iterator[tuple[str, URLPattern]]:
    namespace = f"{resolver.app_name}:" if resolver.app_name else ""
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield namespace, each
        else:
            yield from ((namespace + inner, pattern) for inner, pattern in below(each))


def filled(name: str, pattern: URLPattern) -> Iterator[Address]:
    wanted = list(pattern.pattern.regex.groupindex)
    choices = {each: WORDS.get((name, each)) or WORDS.get(("", each)) for each in wanted}
    words = {each: found for each, found in choices.items() if found}
    rows = {each: row_for(name, each) for each in wanted if each not in words}
    for chosen in product(*words.values()):
        named = rows | dict(zip(words, chosen, strict=True))
        yield Address(name, " ".join(chosen), reverse(name, kwargs=named) + QUERIES.get(name, ""))


def row_for(name: str, wanted: str) -> Any:
    """The key of a row that is on file."""
    model = NAMED_ROWS.get(name) or NAMED_ROWS.get(wanted) or Address(name, "", "").model
    assert model is not None, f"say in tests/console/addresses.py what {wanted!r} of {name} is"
    row = model._default_manager.first()
    assert row is not None, f"nothing is on file for {name}"
    return row.pk
