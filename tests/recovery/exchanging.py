"""A product for two platforms, and customers of it, for tests of the exchange to begin from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from licensing.keys.assign import assign
from licensing.models import Customer, Edition, KeyAssignment, License, Product, RegistrationKey
from recovery.limits import address_digest
from recovery.models import Exchange, RecoveryRequest
from tests import factories

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Shop:
    """One product in one version for Windows and Mac."""

    product: Product
    windows: Edition
    mac: Edition


def shop(*, mac_codes: Iterable[str] = (), **policy: Any) -> Shop:
    product = factories.product(**policy)
    windows = factories.edition(of=product, platform="windows", version="2")
    mac = factories.edition(of=product, platform="macos", version="2")
    for code in mac_codes:
        factories.key(edition=mac, code=code)
    return Shop(product, windows, mac)


def owned(edition: Edition, *, owner: Customer | None = None, code: str = "", **facts: Any) -> License:
    """A paid license of that edition, served by a key of its own."""
    owner = owner or factories.customer()
    line = factories.line(of=factories.purchase(buyer=owner, **facts))
    unit = factories.license(owner=owner, edition=edition, line=line)
    assign(license=unit, key=factories.key(edition=edition, code=code), now=factories.ORDERED_AT)
    return unit


def proved(unit: License) -> RecoveryRequest:
    """The request of the owner, who proved the mailbox."""
    assert unit.owner is not None
    address = unit.owner.addresses.get().canonical
    return RecoveryRequest.objects.create(
        address=address, mailbox=address_digest(address), network=b"", browser_digest=b"", verified_at=NOW
    )


def served_by(unit: License) -> KeyAssignment:
    return unit.assignments.open().select_related("key").get()


def seen(*units: License) -> dict[UUID, UUID]:
    """What a page that shows these licenses would send with the button."""
    return {unit.pk: served_by(unit).pk for unit in units}


def key_of(unit: License) -> RegistrationKey:
    return served_by(unit).key


def latest(unit: License) -> Exchange:
    return unit.exchanges.select_related("to_assignment").latest("id")
