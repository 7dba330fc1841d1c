"""A vendor whose application checks the list: codes, moves, and what the application would fetch."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from licensing.keys.assign import assign
from licensing.keys.listable import FEWEST
from licensing.keys.sealed import content_of
from licensing.models import Edition, KeyAssignment, KeyState, License, Purchase, RegistrationKey
from tests import factories
from tests.licensing.retired.documented import python_client

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "/retired-keys.json"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CLIENT = python_client()


def random_code(length: int = 25) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def checking_edition(**fields: Any) -> Edition:
    """With a pool that is large enough to be judged."""
    made = factories.edition(checks_retired_list=True, **fields)
    for _ in range(FEWEST):
        factories.key(edition=made, code=random_code())
    return made


def held_license(edition: Edition, **purchase: Any) -> License:
    """A unit of an order of its own."""
    return factories.license(edition=edition, line=factories.line(of=factories.purchase(**purchase)))


def served(edition: Edition, code: str = "", **purchase: Any) -> KeyAssignment:
    """A license of a paid order with that code."""
    key = factories.key(edition=edition, code=code or random_code())
    return assign(license=held_license(edition, **purchase), key=key, now=NOW)


def reopened(assignment: KeyAssignment) -> None:
    """What undoing a move does to the old key."""
    key = RegistrationKey.objects.filter(pk=assignment.key_id)
    key.update(state=KeyState.SERVING, retired_at=None, retired_reason="")
    KeyAssignment.objects.filter(pk=assignment.pk).update(ends_at=None, end_reason="")


def order_of(assignment: KeyAssignment) -> Purchase:
    return assignment.license.line.purchase


def code_of(key: RegistrationKey) -> str:
    return content_of(key).decode()


def said(document: bytes) -> dict[str, Any]:
    """What was signed, unchecked."""
    return dict(json.loads(json.loads(document)["signed"]))


def fetched(client: Client, since: int | None = None) -> bytes:
    """As an application fetches, redirects followed."""
    path = URL if since is None else f"{URL}?since={since}"
    response = client.get(path, follow=True)
    assert response.status_code == 200
    return response.content
