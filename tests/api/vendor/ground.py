"""One of everything that the vendor's systems read, with a code wherever a code can be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from licensing.intake.hooks.connections import connect
from licensing.intake.hooks.events import sealed
from licensing.keys.assign import assign
from licensing.keys.sealed import seal
from licensing.models import (
    Connection,
    Customer,
    Edition,
    EventState,
    HookEvent,
    License,
    Product,
    Purchase,
    PurchaseReference,
    RegistrationKey,
)
from recovery.limits import address_digest
from recovery.models import (
    AttemptOutcome,
    DayFigure,
    Exchange,
    ExchangeState,
    Figure,
    MailAttempt,
    Message,
    MessageKind,
    MessageState,
    RecoveryRequest,
)
from recovery.policy import Policy
from tests import factories

EMAIL = "anna@example.com"
CODE, WAITING, IN_POOL = "CANA-RY7C-21XQ-PL0M", "CANA-WAIT-5512-QQRS", "CANA-POOL-8873-TTVW"
CODES = (CODE, WAITING, IN_POOL)
DAY = date(2026, 6, 1)


@dataclass(frozen=True)
class Ground:
    product: Product
    windows: Edition
    mac: Edition
    customer: Customer
    purchase: Purchase
    license: License
    key: RegistrationKey
    exchange: Exchange
    message: Message
    event: HookEvent


def laid() -> Ground:
    """Anna bought one unit for Windows, and asked for a move to the Mac, for which there is a key."""
    product = factories.product(slug="clipcutter")
    windows, mac = (
        factories.edition(of=product, platform=platform, version="2") for platform in ("windows", "macos")
    )
    factories.key(edition=mac, code=IN_POOL)
    customer = factories.customer(email=EMAIL, language="en")
    purchase, license, key = sold(customer, windows, code=CODE)
    request = asked_by(customer)
    exchange = asked_for(license, to=mac, request=request)
    DayFigure.objects.create(day=DAY, figure=Figure.REQUESTS, value=12)
    return Ground(
        product, windows, mac, customer, purchase, license, key, exchange, mailed(request), told(purchase)
    )


def asked_by(customer: Customer) -> RecoveryRequest:
    address = customer.addresses.get().canonical
    return RecoveryRequest.objects.create(
        address=address, mailbox=address_digest(address), network=b"n" * 16, browser_digest=b"b" * 32
    )


def asked_for(license: License, *, to: Edition, request: RecoveryRequest) -> Exchange:
    return Exchange.objects.create(
        license=license,
        from_edition=license.edition,
        to_edition=to,
        state=ExchangeState.ASKED,
        request=request,
        from_assignment=license.assignments.open().get(),
        policy={**Policy.of(to.product).as_record(), "verdict": "needs_support", "rule": "needs_approval"},
    )


def sold(
    customer: Customer, edition: Edition, *, reference: str = "1001", code: str = ""
) -> tuple[Purchase, License, RegistrationKey]:
    store = factories.store(name="our-shop", kind="fastspring", title="Our shop")
    purchase = factories.purchase(buyer=customer, store=store, reference=reference)
    PurchaseReference.objects.create(purchase=purchase, kind="invoice", value="INV-77")
    PurchaseReference.objects.create(purchase=purchase, kind="account", value="other@example.com")
    line = factories.line(of=purchase, product_ref="clipcutter", variant="(Windows)")
    license = factories.license(owner=customer, edition=edition, line=line)
    key = factories.key(edition=edition, code=code)
    assign(license=license, key=key, now=factories.ORDERED_AT)
    return purchase, license, key


def unplaced(purchase: Purchase) -> None:
    """A line whose code waits until somebody says what it means."""
    line = factories.line(of=purchase, product_ref="unheard-of", placed_at=None)
    line.sealed_code = seal(WAITING, key_id=line.pk)
    line.save()


def mailed(request: RecoveryRequest) -> Message:
    now = timezone.now()
    message = Message.objects.create(
        kind=MessageKind.CHALLENGE,
        request=request,
        state=MessageState.REFUSED,
        template="challenge",
        attempts=2,
        attempt_at=now,
        reply=f"550 5.1.1 <{EMAIL}>: no such user",
    )
    MailAttempt.objects.create(
        message=message,
        number=1,
        outcome=AttemptOutcome.DEFERRED,
        stage="rcpt",
        reply=f"450 {EMAIL} come back later",
    )
    return message


def told(
    purchase: Purchase, *, connection: Connection | None = None, event_id: str = "evt-4711"
) -> HookEvent:
    connection = connection or connect(
        store=purchase.store, name="live", test=False, secret="fake-signing-secret"
    )
    said_at = datetime(2024, 5, 1, 12, tzinfo=UTC)
    event = HookEvent(
        connection=connection,
        event_id=event_id,
        kind="order.completed",
        state=EventState.UNCONFIRMED,
        reason="Nobody signed it.",
        purchase=purchase,
        attempts=1,
        said_at=said_at,
        processed_at=said_at + timedelta(seconds=1),
    )
    event.payload = sealed(json.dumps({"license": CODE, "email": EMAIL}).encode(), event_id=event.pk)
    event.save(force_insert=True)
    return event
