"""Pieces of a history, each at a moment of its own: rows whose id is as old as they are."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from licensing.console.search import first_id_at
from licensing.keys.assign import assign
from licensing.models import License, Purchase, Store
from licensing.models.base import uuid7
from recovery.figures.run import count_figures
from recovery.limits import address_digest
from recovery.models import (
    DayFigure,
    Exchange,
    ExchangeState,
    Figure,
    Message,
    MessageKind,
    MessageState,
    RecoveryRequest,
)
from tests import factories

NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
TODAY = NOW.date()
LONG = 60.0  # seconds: all of it


def id_at(moment: datetime) -> UUID:
    """An id as it would have been made then."""
    return UUID(int=first_id_at(moment).int | uuid7().int & (1 << 80) - 1)


def count(now: datetime = NOW) -> bool:
    return count_figures(now=now, seconds=LONG)


def value(figure: Figure, day: date = TODAY, part: str = "") -> int:
    row = DayFigure.objects.filter(figure=figure, day=day, part=part).first()
    return row.value if row else 0


def parts(figure: Figure, day: date = TODAY) -> dict[str, int]:
    return dict(DayFigure.objects.filter(figure=figure, day=day).values_list("part", "value"))


def request_at(moment: datetime, *, email: str = "ada@lovelace.example", **facts: Any) -> RecoveryRequest:
    """Somebody asked then."""
    return RecoveryRequest.objects.create(
        pk=id_at(moment),
        address=email,
        mailbox=address_digest(email),
        network=b"n" * 16,
        browser_digest=b"b" * 32,
        **{"created_at": moment, **facts},
    )


def mail_of(request: RecoveryRequest, *, after: float | None = None, **facts: Any) -> Message:
    """The mail that proves the mailbox; accepted so many seconds later, if at all."""
    if after is not None:
        accepted = request.created_at + timedelta(seconds=after)
        facts = {"state": MessageState.ACCEPTED, "accepted_at": accepted, **facts}
    told = {"kind": MessageKind.CHALLENGE, "created_at": request.created_at, **facts}
    return Message.objects.create(pk=id_at(request.created_at), request=request, **told)


def served_at(moment: datetime, *, email: str = "ada@lovelace.example", **facts: Any) -> RecoveryRequest:
    """Somebody asked then, proved the mailbox a minute later, and the server took the mail with the keys."""
    request = request_at(moment, email=email, verified_at=moment + timedelta(minutes=1), **facts)
    mail_of(request, after=2)
    mail_of(request, after=90, kind=MessageKind.KEYS)
    return request


def order_at(
    recorded: datetime, *, ordered: datetime | None = None, shop: Store | None = None, test: bool = False
) -> Purchase:
    """An order that came in then."""
    return factories.purchase(
        pk=id_at(recorded), ordered_at=ordered or recorded, store=shop or factories.store(), test=test
    )


def move_at(moment: datetime, *, of: License | None = None, **facts: Any) -> Exchange:
    """A license went from Windows to the Mac then."""
    license = of or factories.license(owner=factories.customer())
    mac = license.edition.product.editions.filter(platform="macos").first() or factories.edition(
        of=license.edition.product, platform="macos"
    )
    before = assign(license=license, key=factories.key(edition=license.edition), now=moment)
    type(before).objects.filter(pk=before.pk).update(ends_at=moment)
    after = assign(license=license, key=factories.key(edition=mac), now=moment)
    told = {"state": ExchangeState.DONE, "completed_at": moment, "asked_at": moment, **facts}
    return Exchange.objects.create(
        pk=id_at(told["asked_at"]),
        license=license,
        from_edition=license.edition,
        to_edition=mac,
        from_assignment=before,
        to_assignment=after,
        **told,
    )


def orders_by_day_and_shop() -> Counter[tuple[date, str]]:
    """As a direct count has it."""
    rows = Purchase.objects.filter(test=False).values_list("ordered_at", "store")
    return Counter((ordered.astimezone(UTC).date(), str(store)) for ordered, store in rows)


def orders_as_counted() -> Counter[tuple[date, str]]:
    found: Counter[tuple[date, str]] = Counter()
    for row in DayFigure.objects.filter(figure__in=[Figure.ORDERS, Figure.ORDERS_LATELY]):
        found[row.day, row.part] += row.value
    return found
