"""Charges and disputes: money that went back, or may."""

from __future__ import annotations

from collections.abc import Sequence

from licensing.intake.record import ORDER, Dispute, Names, Payment, Refund, Told
from licensing.intake.shop import Ask, NotUnderstood
from licensing.intake.stores.amounts import units_of
from licensing.intake.stores.json_fields import Fields
from licensing.intake.stores.stripe.heard import MOST_UNITS, Heard, listed
from licensing.intake.stores.stripe.sessions import items


def names_of(about: Fields, charge: str) -> Names:
    """How the order of a charge or dispute is found."""
    intent, paid_invoice = about.identity("payment_intent"), about.identity("invoice")
    names = [(ORDER, intent), ("payment_intent", intent), (ORDER, paid_invoice), ("charge", charge)]
    return tuple((kind, value) for kind, value in names if value)


def refunded(heard: Heard, ask: Ask | None) -> Sequence[Told]:
    about = heard.about
    names = names_of(about, about.sure_identity("id"))
    paid, back = about.sure_money("amount"), about.sure_money("amount_refunded")
    if about.flag("refunded") or back >= paid:
        return heard.news(names, Payment(paid=False, refunded=True, refunded_at=heard.at))
    line = only_line(about.identity("payment_intent"), ask)
    units = 0
    if line:
        quantity = line.whole("quantity", low=1, high=MOST_UNITS, missing=1)
        units = units_of(back, price=line.sure_money("amount_total"), quantity=quantity)
    return heard.news(names, Payment(paid=False, refunds=(Refund(units, at=heard.at),)))


def only_line(intent: str, ask: Ask | None) -> Fields | None:
    """The line of the session that made this payment, if it had one alone and Stripe can say."""
    if not intent or ask is None:
        return None
    try:
        sessions = list(listed(f"/v1/checkout/sessions?payment_intent={intent}&limit=1", ask))
        lines = items(sessions[0].sure_identity("id"), ask) if sessions else []
    except NotUnderstood:
        return None
    return lines[0] if len(lines) == 1 else None


def disputed(heard: Heard, ask: Ask | None) -> Sequence[Told]:
    about = heard.about
    status, since = about.required("status", 40), about.seconds("created")
    if status.startswith("warning_"):
        return ()
    won = status == "won"
    dispute = Dispute(about.sure_identity("id"), since, won, heard.at if won else None)
    names = names_of(about, about.sure_identity("charge"))
    return heard.news(names, Payment(paid=False, disputes=(dispute,)))
