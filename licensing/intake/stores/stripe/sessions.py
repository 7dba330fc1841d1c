"""Checkout Sessions: what was bought once."""

from __future__ import annotations

from collections.abc import Sequence

from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine, Told
from licensing.intake.shop import Ask, NeedsShop, NotUnderstood
from licensing.intake.stores.json_fields import Fields
from licensing.intake.stores.stripe.heard import MOST_UNITS, Heard, further, listed, mailing_address


def session(heard: Heard, ask: Ask | None) -> Sequence[Told]:
    about = heard.about
    if about.text("mode", 40) != "payment" or about.text("payment_status", 40) == "unpaid":
        return ()
    own = about.sure_identity("id")
    if ask is None:
        raise NeedsShop("What was bought is not in it; only Stripe's API tells.")
    buyer, ordered_at = buyer_of(about), about.seconds("created")
    lines = tuple(line_of(each, buyer.name) for each in items(own, ask))
    if not lines:
        raise NotUnderstood("Stripe knows of nothing that was bought in it.")
    intent = about.identity("payment_intent")
    record = PurchaseRecord(
        reference=intent or own,
        ordered_at=ordered_at,
        buyer=buyer,
        lines=lines,
        payment=Payment(paid_at=heard.at),
        references=further(
            about, ("session", "id"), ("invoice", "invoice"), ("client reference", "client_reference_id")
        ),
        test=heard.test,
    )
    return (record,)


def items(session_id: str, ask: Ask) -> list[Fields]:
    return list(listed(f"/v1/checkout/sessions/{session_id}/line_items?limit=100", ask))


def buyer_of(about: Fields) -> Party:
    details, promotions = about.fields("customer_details"), about.fields("consent").text("promotions", 40)
    return Party(
        email=details.address("email") if "email" in details else about.address("customer_email"),
        name=details.cut("name", 300),
        phone=details.cut("phone", 60),
        mailing_address=mailing_address(details.fields("address")),
        language=about.cut("locale", 10),
        consent={"opt_in": True, "opt_out": False}.get(promotions),
    )


def line_of(item: Fields, registered_name: str) -> SoldLine:
    price = item.fields("price")
    return SoldLine(
        product_ref=price.sure_identity("product"),
        variant=price.identity("id"),
        name=item.cut("description", 300),
        quantity=item.whole("quantity", low=1, high=MOST_UNITS, missing=1),
        registered_name=registered_name,
        reference=item.sure_identity("id"),
    )
