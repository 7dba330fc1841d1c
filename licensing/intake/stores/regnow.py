"""RegNow's (now MyCommerce's) HTTP order notices, after its help ("HTTP Order Notice", with an example of the XML).

Decided here, since it does not say it:

- Nothing signs a notice, and there is no public API to ask: orders stay unconfirmed until a file or support confirms
  them.
- The order's reference is the `id` of `order`. A line's is that of its `order-item`.
- Only the event "order" is shown. One whose name or whose status speaks of a refund or a chargeback is of the whole
  order; one that was declined, cancelled or waits is not paid, and not told; every other is.
- Of a gift, the receiver is whose address the shipping address names. A gift without one is rejected: its keys are
  not the buyer's.
- `reginfo` is what the customer typed for the registration: the registered name.
- RegNow asks for keys, too, but how it does is in no public document; keys come from here by mail once an order is
  confirmed.
- No public document lists the columns of its reports: use the generic CSV with a column map.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine, Told
from licensing.intake.shop import Ask, Event, NotUnderstood, Received, Shop, digest
from licensing.intake.stores.json_fields import Fields, dumped, envelope, loaded
from licensing.intake.stores.xml_fields import Elements, document

MOST_UNITS: Final = 10_000
ROOT: Final = "order-notification"
UNPAID: Final = ("pending", "declined", "cancel", "failed", "waiting", "unpaid")


class RegNow(Shop):
    title = "RegNow"
    notifies = True
    signed = False
    steps = (
        "In the Control Panel, open Marketing, Checkout Settings, and enter {url} as the HTTP Order Notice address.",
        "RegNow signs nothing: what comes in waits until you confirm it. RegNow sends no notices of test orders.",
    )
    unscrubbed = frozenset({"id", "@id"})
    sample = "regnow-order.xml"

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        return Received("POST", body, headers={"content-type": "text/xml"})

    def events(self, received: Received) -> Sequence[Event]:
        with envelope():
            orders = Elements(document(received.body)).fields(ROOT).each("order")
            if not orders:
                raise NotUnderstood(f"It is not an {ROOT}.")
            return [
                Event(
                    id=digest(received.body, str(number).encode()),
                    kind=event_name(order),
                    payload=dumped(order.values),
                    at=Elements(order.values).fields("event").moment_if_any("event-date"),
                    test=order.flag("@is-test"),
                )
                for number, order in enumerate(orders)
            ]

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        record = order_of(Elements(loaded(event.payload).values, "order"))
        return (record,) if record.payment != Payment(paid=False) else ()


def event_name(order: Fields) -> str:
    return Elements(order.values).fields("event").cut("event-name", 80) or "order"


def order_of(order: Elements) -> PurchaseRecord:
    items = order.each("order-item")
    if not items:
        order.reject("order-item", "is missing")
    return PurchaseRecord(
        reference=order.required("@id"),
        ordered_at=order.moment("order-date"),
        buyer=party_of(order.fields("customer").fields("address")),
        receiver=party_of(shipping_of(order)) if order.flag("@is-gift") else None,
        lines=tuple(line_of(Elements(item.values, item.path)) for item in items),
        payment=payment_of(order),
        test=order.flag("@is-test"),
        confirmed=False,
    )


def shipping_of(order: Elements) -> Elements:
    """The shipping address stands in an `address` of its own in the schema's other places, and bare in the example."""
    shipping = order.fields("shipping-address")
    return shipping.fields("address") if shipping.is_object("address") else shipping


def party_of(address: Elements) -> Party:
    places = ("address1", "address2", "city", "region", "postal-code", "country")
    names = [name for each in ("first-name", "last-name") if (name := address.cut(each, 149))]
    return Party(
        email=address.address("email"),
        name=" ".join(names),
        company=address.cut("company", 300),
        phone=address.cut("phone", 60),
        mailing_address="\n".join([place for each in places if (place := address.cut(each, 300))])[:2000],
        language=address.cut("language-chosen", 35).lower(),
    )


def line_of(item: Elements) -> SoldLine:
    product = item.fields("product")
    return SoldLine(
        product_ref=product.required("@id"),
        variant="",
        name=product.cut("name", 300),
        quantity=item.whole("quantity", low=1, high=MOST_UNITS, missing=1),
        registered_name=item.cut("reginfo", 300),
        reference=item.text("@id", 200),
    )


def payment_of(order: Elements) -> Payment:
    status = order.cut("order-status", 80).lower()
    words = f"{event_name(order)} {status}".lower()
    return Payment(
        paid=not any(word in status for word in UNPAID),
        refunded="refund" in words,
        disputed="chargeback" in words,
    )


SHOP = RegNow()
