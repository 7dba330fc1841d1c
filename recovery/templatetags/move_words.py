"""What the policy's answer is called where people read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.holdings import Holding
from recovery.exchange.facts import Unit
from recovery.policy import Decision, Reason

register = template.Library()

REASONS = {
    Reason.NEEDS_APPROVAL: _("For this product support looks at each move first."),
    Reason.NOT_OFFERED: _("This product does not move to another platform by itself."),
    Reason.COOLING_DOWN: _("This license moved a short while ago."),
    Reason.TOO_MANY: _("This license has moved as often as it may in this period."),
    Reason.WINDOW_OVER: _("The time after the purchase in which this product may move is over."),
    Reason.RUNNING: _("A move of this license is under way already."),
    Reason.NO_KEY: _("There is no key for this license yet, so there is nothing to move."),
    Reason.NO_COUNTERPART: _("This product does not exist for that platform."),
    Reason.REFUNDED: _("The order was refunded, so its license is over."),
    Reason.DISPUTED: _("The payment was disputed at the bank. It can move once that is settled."),
    Reason.UNPAID: _("The shop says that the order is not paid yet."),
    Reason.UNCONFIRMED: _("The shop has not confirmed the order yet."),
    Reason.ENDED: _("This license has ended."),
}


@register.filter
def why_not(decision: Decision) -> str:
    """Which rule stands in the way, and from when it would not."""
    reason = str(REASONS.get(decision.reason, ""))
    if decision.allowed_from is None:
        return reason
    return gettext("%(reason)s It can move again from %(date)s.") % {
        "reason": reason,
        "date": on_day(decision.allowed_from),
    }


@register.filter
def on_day(moment: datetime) -> str:
    """A day, and the time of it in UTC, since a rule ends to the minute."""
    return date_format(moment, "j F Y, H:i") + " UTC"


@register.filter
def unit_of(holding: Holding, units: Mapping[Any, Unit]) -> Unit | None:
    """The license of a card that is asked first: one that could move, or the first of them."""
    found = [units[each] for each in holding.license_ids if each in units]
    return next((unit for unit in found if unit.decision.allowed), found[0] if found else None)


@register.filter
def running_of(holding: Holding, units: Mapping[Any, Unit]) -> list[Unit]:
    """The licenses of a card that are on their way to another platform."""
    return [units[each] for each in holding.license_ids if each in units and units[each].running]


@register.filter
def may_be_asked_for(unit: Unit | None) -> bool:
    """Whether its card offers a move: what nobody may move, or the vendor does not offer, has no button."""
    return bool(
        unit and unit.decision.verdict != "refused" and unit.decision.reason is not Reason.NOT_OFFERED
    )
