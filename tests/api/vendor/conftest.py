"""Keys of the vendor's systems."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from recovery.journeys.api_keys import make
from recovery.models import ApiKey, Scope
from tests.api.caller import Caller
from tests.api.vendor.ground import Ground, laid

OWN = "/api/v1/vendor/key/"
_numbers = count(1)


def made(*scopes: Scope, name: str = "", per_minute: int = 1_000, **more: Any) -> tuple[ApiKey, str]:
    """A key's row, and the key."""
    return make(
        name=name or f"system-{next(_numbers)}",
        scopes=scopes or list(Scope),
        expires_at=timezone.now() + timedelta(days=30),
        per_minute=per_minute,
        by="grace",
        **more,
    )


def system(*scopes: Scope, **more: Any) -> Caller:
    """One of the vendor's systems; with every right, where none is named."""
    return Caller(made(*scopes, **more)[1])


@pytest.fixture
def with_every_right(db: None) -> Caller:
    return system(name="shop-backend")


@pytest.fixture
def ground(db: None) -> Ground:
    return laid()
