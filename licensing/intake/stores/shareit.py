"""ShareIt's (MyCommerce's, element 5's) order notifications, as public code reads them: `e5Notification`, in XML or
in JSON of the same shape. Requests for keys are in `shareit_keys`.

Seen are `purchaseId`, `purchaseDate`, `paymentStatus`, `paymentCompleteDate`, `sequentialInvoiceNo`, the billing
contact's `email` and the item's `productId`, under the notification's type. Decided here, since no public document
says more:

- Nothing signs a notification, and there is no public API to ask: orders stay unconfirmed until a request for a key
  from an allowed address, a file or support confirms them.
- The order's reference is `purchaseId`, which requests for keys name, too; the invoice's number is a further
  reference.
- An order is told once it is paid.
- `runningNo`, `quantity` (else 1), `productName`, names and address are read where they are there.
- Paid is what has the status "complete" or a date on which the payment was. A notification whose type or status
  speaks of a refund or a chargeback is of the whole order.
- No public document lists the columns of its reports: use the generic CSV with a column map.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine, Told
from licensing.intake.shop import Ask, Event, NotUnderstood, Received, Shop, digest
from licensing.intake.stores.json_fields import Fields, dumped, envelope, loaded
from licensing.intake.stores.shareit_keys import KEY_DESK, MOST_UNITS, day
from licensing.intake.stores.xml_fields import Elements, document

ROOT: Final = "e5Notification"
CONTACT: Final = ("customerData", "billingContact")


class ShareIt(Shop):
    title = "ShareIt / MyCommerce"
    notifies = True
    signed = False
    steps = (
        "In the Control Panel, open the product's Delivery settings, choose a key generator on your own server, and "
        "enter {url}.",
        "Enter the same address as the URL of the order notification, in XML or JSON.",
        "ShareIt signs nothing, so allow the addresses that its servers ask from, at this connection: ask ShareIt for "
        "them, or make a test order and look at Requests for keys, which names the address of each that was refused.",
        "Orders that are only notified wait until you confirm them.",
    )
    unscrubbed = frozenset({"purchaseId", "PURCHASE_ID", "productId", "PRODUCT_ID", "sequentialInvoiceNo"})
    key_desk = KEY_DESK
    sample = "shareit-order.xml"

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        form = body.lstrip()[:1] not in (b"<", b"{", b"\xef")
        kind = "application/x-www-form-urlencoded" if form else "text/xml"
        return Received("POST", body, headers={"content-type": kind})

    def events(self, received: Received) -> Sequence[Event]:
        body = received.body.strip()
        root = loaded(body).values if body[:1] == b"{" else document(body)
        with envelope():
            told = Elements(root).fields(ROOT)
            if not told.values:
                raise NotUnderstood(f"It is not an {ROOT}.")
            return [
                Event(
                    id=digest(received.body, kind.encode("utf-8", "backslashreplace"), str(number).encode()),
                    kind=kind[:80],
                    payload=dumped({"type": kind, "purchase": notification.fields("purchase").values}),
                )
                for kind in told.values
                if kind and not kind.startswith("@")
                for number, notification in enumerate(told.each(kind))
            ]

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        kept = Elements(loaded(event.payload).values)
        record = order_of(kept.fields("purchase"), kept.cut("type", 80))
        return (record,) if record.payment != Payment(paid=False) else ()


def order_of(purchase: Elements, kind: str) -> PurchaseRecord:
    items = purchase.each("purchaseItem")
    if not items:
        purchase.reject("purchaseItem", "is empty")
    invoice = purchase.text("sequentialInvoiceNo", 200)
    return PurchaseRecord(
        reference=purchase.required("purchaseId"),
        ordered_at=day(purchase, "purchaseDate"),
        buyer=buyer_of(purchase),
        lines=tuple(line_of(item) for item in items),
        payment=payment_of(purchase, kind),
        references=(("invoice", invoice),) if invoice else (),
        confirmed=False,
    )


def line_of(item: Fields) -> SoldLine:
    return SoldLine(
        product_ref=item.required("productId"),
        variant="",
        name=item.cut("productName", 300),
        quantity=item.whole("quantity", low=1, high=MOST_UNITS, missing=1),
        reference=item.text("runningNo", 200),
    )


def buyer_of(purchase: Elements) -> Party:
    contact = purchase
    for name in CONTACT:
        contact = contact.fields(name)
    address = contact.fields("address")
    places = [
        address.cut(name, 300) for name in ("street1", "street2", "postalCode", "city", "state", "country")
    ]
    names = [contact.cut(name, 149) for name in ("firstName", "lastName")]
    return Party(
        email=contact.address("email"),
        name=" ".join([name for name in names if name]),
        company=contact.cut("company", 300),
        phone=contact.cut("phoneNumber", 60),
        mailing_address="\n".join([place for place in places if place])[:2000],
    )


def payment_of(purchase: Elements, kind: str) -> Payment:
    status = purchase.text("paymentStatus", 80)
    paid_at = day(purchase, "paymentCompleteDate") if "paymentCompleteDate" in purchase else None
    words = f"{kind} {status}".lower()
    return Payment(
        paid=paid_at is not None or status.lower() in ("complete", "completed"),
        paid_at=paid_at,
        refunded="refund" in words,
        disputed="chargeback" in words,
    )


SHOP = ShareIt()
