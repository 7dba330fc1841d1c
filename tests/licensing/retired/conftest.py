"""A key to sign with, an edition whose application checks the list, and the application itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from licensing.keys.retired import refresh
from licensing.keys.signing import new_signing_key
from licensing.models import Edition, KeyAssignment, SigningKey, SigningPurpose
from tests.licensing.retired.documented import shipped
from tests.licensing.retired.ground import CLIENT, NOW, checking_edition, code_of, fetched

Listed = Callable[..., bool]


@pytest.fixture
def signing_key(db: None) -> SigningKey:
    return new_signing_key(SigningPurpose.RETIRED)


@pytest.fixture
def edition(db: None) -> Edition:
    return checking_edition()


@pytest.fixture
def is_listed(signing_key: SigningKey, client: Client) -> Listed:
    """Whether an application that fetches the whole list after a refresh refuses the assignment's code."""

    def ask(assignment: KeyAssignment, *, now: datetime = NOW) -> bool:
        refresh(now=now)
        held: dict[str, Any] = CLIENT.updated(None, fetched(client), shipped(signing_key), now)
        key = assignment.key
        return bool(CLIENT.is_retired(held, key.edition.sku, code_of(key)))

    return ask
