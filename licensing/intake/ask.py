"""Asks a shop's API for what its notifications leave out.

A key is sent as `Authorization: Bearer` (RFC 6750); one of two parts, `user:password`, as FastSpring and SendOwl give
it, as `Basic` (RFC 7617). No bearer token has a colon in it.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any, Final

from django.conf import settings

from licensing.intake.hooks.connections import api_key_of
from licensing.intake.shop import Ask, NotUnderstood, Shop, ShopSilent
from licensing.keys.sources.asking import authorization
from licensing.keys.sources.fetch import Answer, BadAnswer, NoAnswer, send
from licensing.keys.sources.hosts import NotAllowed, Target
from licensing.models import Connection

SECONDS: Final = 10.0
LONGEST: Final = 1024 * 1024  # octets of an answer
_PATH: Final = re.compile(r"/[!-~]*")  # no white space, no control characters
_ASTRAY: Final = re.compile(
    r"//|/\.|%2e|%2f|%5c|[\\#@]", re.IGNORECASE
)  # what leads to another page than named


def ask_for(connection: Connection, shop: Shop) -> Ask | None:
    """How to ask the shop, for connections with a key to its API; None for the others."""
    host = shop.test_api_host if connection.test and shop.test_api_host else shop.api_host
    key = api_key_of(connection) if host else ""
    return partial(ask, host, key) if key else None


def ask(host: str, key: str, path: str) -> Any:
    """The JSON at that path of the shop's API. A key may be one such as `user:password`. Never call it in a
    transaction. Raises as `Ask` says.
    """
    if not _PATH.fullmatch(path) or _ASTRAY.search(path.partition("?")[0]):
        raise NotUnderstood("What it names cannot be asked for.")
    headers = {
        "Authorization": authorization("basic" if ":" in key else "bearer", key),
        "Accept": "application/json, application/vnd.api+json",  # the second is JSON:API's, of Lemon Squeezy
        "User-Agent": "license-recovery",
    }
    try:
        answer = send(
            target_of(host, path),
            method="GET",
            headers=headers,
            seconds=SECONDS,
            longest=LONGEST,
            whom="The shop",
        )
    except NotAllowed as problem:
        raise ShopSilent(str(problem)) from problem
    except NoAnswer as silence:
        raise ShopSilent(f"The shop's API was not reached: {silence}") from silence
    except BadAnswer:
        raise NotUnderstood("The shop's answer was longer than 1 MB.") from None
    return content_of(answer)


def target_of(host: str, path: str) -> Target:
    """Hosts stand in our code, never in a setting or a notification; tests and the demo lead them to their own."""
    elsewhere: dict[str, int] = settings.SHOP_API_PORTS
    if host in elsewhere:
        return Target("http", "127.0.0.1", elsewhere[host], path, internal=True)
    return Target("https", host, 443, path, internal=False)


def content_of(answer: Answer) -> Any:
    if answer.status == 404:
        raise NotUnderstood("The shop's API does not know what the notification speaks of.")
    if answer.status in (401, 403):
        raise ShopSilent(
            f"The shop did not take the API key ({answer.status}). Set another for the connection."
        )
    if answer.status != 200:
        raise ShopSilent(f"The shop's API answered with {answer.status}.")
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        raise ShopSilent("The shop's API did not answer with JSON.") from None
