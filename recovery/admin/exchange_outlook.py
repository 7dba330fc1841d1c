"""What would happen to a license that support moves, or whose code is replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from licensing.console.supply_words import next_key
from licensing.models import Edition, EmailAddress, KeyAssignment, License, with_addresses
from recovery.admin.exchange_cells import masked
from recovery.exchange.facts import Unit, movable, units_of
from recovery.journeys.leaked_key import may_be_replaced
from recovery.policy import Policy, Verdict

SHOWN = 50  # licenses on one code that a page lists


@dataclass(frozen=True)
class Target:
    """A platform that the license could move to, and where its key would come from."""

    edition: Edition
    supply: str


@dataclass(frozen=True)
class Outlook:
    """The license, the policy's answer for it, and who else is on its code."""

    unit: Unit
    targets: tuple[Target, ...]
    on_key: tuple[KeyAssignment, ...]
    mailbox: EmailAddress | None
    supply: str

    @property
    def license(self) -> License:
        return self.unit.license

    @property
    def key(self) -> str:
        return masked(self.unit.assignment.key) if self.unit.assignment else "no key yet"

    @property
    def seen(self) -> str:
        """What a page shows as the license's key: it is another one after each move."""
        return str(self.unit.assignment.pk) if self.unit.assignment else ""

    @property
    def grace(self) -> int:
        return Policy.of(self.license.edition.product).grace

    @property
    def refused(self) -> bool:
        return self.unit.decision.verdict is Verdict.REFUSED

    @property
    def beyond(self) -> bool:
        """Whether a move would go beyond the rules, so that support needs a reason."""
        return self.unit.decision.verdict is Verdict.NEEDS_SUPPORT

    @property
    def may_be_replaced(self) -> bool:
        return may_be_replaced(self.unit)

    @property
    def shared_by(self) -> str:
        return f"more than {SHOWN}" if len(self.on_key) > SHOWN else str(len(self.on_key))

    @property
    def listed(self) -> tuple[KeyAssignment, ...]:
        return self.on_key[:SHOWN]


def outlook(license_id: UUID, *, now: datetime) -> Outlook | None:
    """None if there is no such license."""
    found = units_of(movable(License.objects.filter(pk=license_id).select_related("owner")), now=now)
    if not found:
        return None
    (unit,) = found
    owner = unit.license.owner
    return Outlook(
        unit=unit,
        targets=tuple(Target(edition, next_key(edition)) for edition in unit.targets),
        on_key=tuple(those_on_key_of(unit)),
        mailbox=owner.addresses.current().order_by("-id").first() if owner else None,
        supply=next_key(unit.license.edition),
    )


def those_on_key_of(unit: Unit) -> list[KeyAssignment]:
    """Who is served by the same code, one more than a page lists."""
    if unit.assignment is None:
        return []
    served = KeyAssignment.objects.open().filter(key=unit.assignment.key_id).order_by("id")
    return list(
        served.select_related(
            "license__owner", "license__edition__product", "license__line__purchase"
        ).prefetch_related(with_addresses("license__owner"))[: SHOWN + 1]
    )
