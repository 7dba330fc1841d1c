"""What a vendor's generator is asked, and how an edition says where and in which of the two protocols."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings

from licensing.keys.sources.hosts import NotAllowed, target_of

SHAREIT, JSON = "shareit", "json"
CODECS: Final = {"UTF8": "utf-8", "ISO-8859-1": "iso-8859-1"}  # the protocol's names, and Python's


class BadOptions(ValueError):
    """The generator cannot be asked with these options; the message says why, to people."""


class CannotAsk(Exception):
    """This license's facts do not fit the protocol, now and later; the message says why, to people."""


@dataclass(frozen=True, slots=True)
class Options:
    """An edition's `key_source_options` for its own generator.

    `product_id`: what the generator calls the edition; its SKU if empty. `answer`: `text`, or `file` for a licence
    file, which gets `file_name` unless the answer names it. `secret`: a name in GENERATOR_SECRETS, sent as
    Authorization of the kind `auth`. `buyer`: whether ShareIt's fields for buyer and mailbox are filled.
    """

    url: str
    protocol: str = JSON
    product_id: str = ""
    encoding: str = "UTF8"
    answer: str = "text"
    file_name: str = "license.key"
    secret: str = ""
    auth: str = "bearer"
    buyer: bool = False


CHOICES: Final = {
    "protocol": (SHAREIT, JSON),
    "encoding": tuple(CODECS),
    "answer": ("text", "file"),
    "auth": ("bearer", "basic"),
    "buyer": (True, False),
}
KNOWN: Final = tuple(field.name for field in fields(Options))


def options_of(raw: object) -> Options:
    """Raises `BadOptions`, also for a host or a secret that the settings do not name."""
    if not isinstance(raw, dict):
        raise BadOptions("The options of a source are an object: {…}.")
    for name, value in raw.items():
        if name not in KNOWN:
            raise BadOptions(f"There is no option called “{name}”. There are {', '.join(KNOWN)}.")
        if name in CHOICES and value not in CHOICES[name]:
            raise BadOptions(f"“{name}” must be one of {', '.join(map(json.dumps, CHOICES[name]))}.")
        if name not in CHOICES and not isinstance(value, str):
            raise BadOptions(f"“{name}” must be a text.")
    options = Options(**{"url": "", **raw})
    check(options)
    return options


def check(options: Options) -> None:
    if not options.url:
        raise BadOptions(
            'There is no address of the generator. Give one as {"url": "https://keys.example.com/make"}.'
        )
    if options.answer == "file" and options.protocol == JSON:
        raise BadOptions("The JSON protocol answers with texts only.")
    if options.secret and options.secret not in settings.GENERATOR_SECRETS:
        raise BadOptions(f"GENERATOR_SECRETS has no secret called “{options.secret}”.")
    try:
        target_of(options.url)
    except NotAllowed as problem:
        raise BadOptions(str(problem)) from problem


@dataclass(frozen=True, slots=True)
class Wanted:
    """One key that is asked for. `request_id` is the same on every attempt."""

    request_id: UUID
    sku: str
    product: str
    platform: str
    version: str
    name: str
    ordered_at: datetime
    full_name: str = ""
    company: str = ""
    email: str = ""


def request(options: Options, wanted: Wanted) -> tuple[bytes, dict[str, str]]:
    """Body and headers. Raises `CannotAsk`."""
    body, headers = (as_shareit if options.protocol == SHAREIT else as_json)(options, wanted)
    if options.secret:
        headers["Authorization"] = authorization(options.auth, settings.GENERATOR_SECRETS[options.secret])
    return body, headers


def authorization(kind: str, secret: str) -> str:
    """RFC 6750, 2.1, or RFC 7617 for a secret such as `user:password`."""
    return f"Basic {base64.b64encode(secret.encode()).decode()}" if kind == "basic" else f"Bearer {secret}"


def as_json(options: Options, wanted: Wanted) -> tuple[bytes, dict[str, str]]:
    asked = {
        "request_id": str(wanted.request_id),
        "sku": options.product_id or wanted.sku,
        "product": wanted.product,
        "platform": wanted.platform,
        "version": wanted.version,
        "name": wanted.name,
        "quantity": 1,
    }
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Idempotency-Key": str(wanted.request_id),
    }
    return json.dumps(asked, ensure_ascii=False).encode(), headers


def as_shareit(options: Options, wanted: Wanted) -> tuple[bytes, dict[str, str]]:
    """The key generator protocol of ShareIt/MyCommerce in its CGI variant: its KEY=VALUE lines as values of a form.

    PURCHASE_ID and RUNNING_NO name the request, not the order, and stay the same on every attempt.
    """
    codec = CODECS[options.encoding]
    values = {
        "ENCODING": options.encoding,
        "PRODUCT_ID": options.product_id or wanted.sku,
        "PURCHASE_ID": str(wanted.request_id),
        "RUNNING_NO": "1",
        "PURCHASE_DATE": f"{wanted.ordered_at:%d/%m/%Y}",
        "LANGUAGE_ID": "1",
        "QUANTITY": "1",
        "REG_NAME": wanted.name,
        **dict.fromkeys(("ADDITIONAL1", "ADDITIONAL2", "RESELLER"), ""),
        **buyer_of(options, wanted),
        **dict.fromkeys(("PHONE", "FAX", "STREET", "ZIP", "CITY", "STATE", "COUNTRY"), ""),
    }
    try:
        body = urlencode(values, encoding=codec, errors="strict").encode()
    except UnicodeEncodeError as error:
        raise CannotAsk(
            f"The name cannot be written in {options.encoding}; the generator takes no other."
        ) from error
    return body, {"Content-Type": f"application/x-www-form-urlencoded; charset={codec}"}


def buyer_of(options: Options, wanted: Wanted) -> dict[str, str]:
    """A generator learns who bought only where the vendor says that it needs to."""
    if not options.buyer:
        return dict.fromkeys(("LASTNAME", "FIRSTNAME", "COMPANY", "EMAIL"), "")
    first, _, last = wanted.full_name.rpartition(" ")
    return {"LASTNAME": last, "FIRSTNAME": first, "COMPANY": wanted.company, "EMAIL": wanted.email}
