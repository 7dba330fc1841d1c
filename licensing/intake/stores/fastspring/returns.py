"""Returns and chargebacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from licensing.intake.record import ORDER, Dispute, Names, Payment, PaymentNews, Refund, RowRejected, Told
from licensing.intake.shop import Ask, NeedsShop
from licensing.intake.stores.amounts import units_of
from licensing.intake.stores.fastspring.orders import INTERNAL, MOST_UNITS, THOUSANDTHS, is_live, product_of
from licensing.intake.stores.json_fields import Fields, known


def returned(event: Fields, ask: Ask | None) -> Sequence[Told]:
    data = event.fields("data")
    if not data.flag("completed"):
        return ()
    original, at = data.fields("original"), data.seconds_if_any("changed", per_second=THOUSANDTHS)
    names: Names = ((ORDER, original.required("reference")), (INTERNAL, original.required("id")))
    if data.sure_money("totalReturn") >= original.sure_money("total"):
        payment = Payment(paid=False, refunded=True, refunded_at=at)
    else:
        if ask is None:
            raise NeedsShop(
                "A part of an order was returned; only FastSpring's API tells what its lines cost."
            )
        order = order_among(ask(f"/orders/{original.sure_identity('id')}"))
        payment = Payment(paid=False, refunds=refunds_of(data, order, at))
    return (PaymentNews(names, payment, test=not is_live(event)),)


def order_among(answer: object) -> Fields:
    """The order in the API's answer, which is the order itself or a list of one under "orders"."""
    found = known(answer, "answer")
    return next(iter(found.each("orders")), found)


def refunds_of(data: Fields, order: Fields, at: datetime | None) -> tuple[Refund, ...]:
    sold = {product_of(line): line for line in order.each("items")}
    return tuple(refund_of(item, sold, data.required("return"), at) for item in data.each("items"))


def refund_of(item: Fields, sold: dict[str, Fields], reference: str, at: datetime | None) -> Refund:
    line = sold.get(product := product_of(item))
    if line is None:
        raise RowRejected(item.where("product"), "is not on its order")
    quantity = line.whole("quantity", low=1, high=MOST_UNITS)
    units = units_of(item.sure_money("subtotal"), price=line.sure_money("subtotal"), quantity=quantity)
    return Refund(units, line=product, reference=reference, at=at)


def charged_back(event: Fields, ask: Ask | None) -> Sequence[Told]:
    data = event.fields("data")
    at = event.seconds_if_any("created", per_second=THOUSANDTHS)
    payment = Payment(paid=False, disputes=(Dispute(data.required("id"), at),))
    return (PaymentNews(names_of(data), payment, test=not is_live(event)),)


def names_of(data: Fields) -> Names:
    """What a chargeback calls its order: expanded, it has the reference, too."""
    if not data.is_object("order"):
        return ((INTERNAL, data.required("order")),)
    order = data.fields("order")
    return ((ORDER, order.required("reference")), (INTERNAL, order.required("id")))
