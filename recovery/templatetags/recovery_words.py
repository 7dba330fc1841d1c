"""Words and texts that pages and mails share."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.holdings import Holding, Standing
from licensing.models import CodeReveal, RevealReason
from recovery.colours import WHITE, readable

register = template.Library()

WORDS = {
    Standing.WAITING: _("Key not ready yet"),
    Standing.MAKING: _("Key being made"),
    Standing.UNPLACED: _("Being looked at"),
    Standing.UNPAID: _("Not paid yet"),
    Standing.UNCONFIRMED: _("Not confirmed yet"),
    Standing.REFUNDED: _("Refunded"),
    Standing.DISPUTED: _("Payment disputed"),
    Standing.ENDED: _("Ended"),
}
REASONS = {
    Standing.WAITING: _("There is no key for this license yet. Ask again in a day, or write to support."),
    Standing.MAKING: _("The key for this license is being made. Ask again in a few minutes."),
    Standing.UNPLACED: _("We have your order, but not yet its key. Support knows; write if it is urgent."),
    Standing.UNPAID: _("The shop says that this order is not paid yet. The key comes with the payment."),
    Standing.UNCONFIRMED: _("The shop has not confirmed this order yet. The key comes once it has."),
    Standing.REFUNDED: _("This order was refunded, so its license is over and its key is not shown."),
    Standing.DISPUTED: _("The payment was disputed at the bank. The key is not shown until that is settled."),
    Standing.ENDED: _("This license has ended, so its key is not shown."),
}
LOOKED_BECAUSE = {
    RevealReason.PHONE: _("you asked about it on the phone"),
    RevealReason.SCREENSHOT: _("to compare it with a picture of a screen"),
    RevealReason.LEAK: _("it may have become known to others"),
    RevealReason.BY_HAND: _("to replace it by hand"),
}
NAMED_IN_SUBJECT = 3
LONGEST_SUBJECT = 150
SLOT = re.compile(r"\{([a-z_]+)\}")


@register.filter
def standing_word(standing: Standing) -> str:
    """The state of a holding without a key, in a word or two."""
    return str(WORDS[standing])


@register.filter
def why_no_key(standing: Standing) -> str:
    """The reason why a holding has no key, in plain words."""
    return str(REASONS[standing])


@register.filter
def looks_at_it(holding: Holding, looks: Mapping[UUID, list[CodeReveal]]) -> list[CodeReveal]:
    """When support looked at a code of the card's licenses, the latest first. Also at one that the card does not show:
    a look must not vanish because the license was moved, revoked or refunded afterwards."""
    found = {look for license in holding.license_ids for look in (looks or {}).get(license, ())}
    return sorted(found, key=lambda each: each.at)[::-1]


@register.filter
def looked_because(look: CodeReveal) -> str:
    """Why, as its owner reads it."""
    return str(LOOKED_BECAUSE.get(RevealReason(look.reason), "")) or one_line(look.words)


@register.filter
def one_line(text: Any) -> str:
    """Text from a shop on one line: no breaks, no control signs, nothing that turns the writing round."""
    if isinstance(text, str) and text.isascii() and text.isprintable():
        return " ".join(text.split())
    shown = "".join(" " if unicodedata.category(c) in BREAKS else c for c in str(text) if c not in TURNS)
    return " ".join(shown.split())


BREAKS = frozenset({"Cc", "Zl", "Zp", "Cs"})
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff")


@register.filter
def with_keys(holdings: Iterable[Holding]) -> list[Holding]:
    return [holding for holding in holdings if holding.standing is Standing.ACTIVE]


@register.filter
def without_keys(holdings: Iterable[Holding]) -> list[Holding]:
    return [holding for holding in holdings if holding.standing is not Standing.ACTIVE]


@register.filter
def products(holdings: Iterable[Holding]) -> str:
    """The products' names, each once: what a subject says and a search finds in three years."""
    return products_named(holdings, two=gettext("{most} and {last}"), more=gettext("{count} more"))


def products_named(holdings: Iterable[Holding], *, two: str, more: str) -> str:
    """The products' names, joined with these words."""
    found = list(holdings)
    named = with_keys(found) or found
    names = list(dict.fromkeys(one_line(f"{holding.product} {holding.version}") for holding in named))
    if len(names) <= NAMED_IN_SUBJECT:
        return shortened(joined(names, two))
    rest = filled(more, count=str(len(names) - NAMED_IN_SUBJECT))
    return joined([shortened(", ".join(names[:NAMED_IN_SUBJECT])), rest], two)


def joined(names: list[str], two: str) -> str:
    """A, B and C."""
    if len(names) < 2:
        return "".join(names)
    return filled(two, most=", ".join(names[:-1]), last=names[-1])


def filled(words: str, **facts: str) -> str:
    """Each `{name}` becomes its fact, once: what a fact holds is no placeholder, and nothing is looked up in it."""
    return SLOT.sub(lambda found: facts.get(found[1], found[0]), words)


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SUBJECT else text[: LONGEST_SUBJECT - 1].rstrip() + "…"


@register.filter
def is_web(url: str) -> bool:
    """Whether an address may stand in a link: http and https only."""
    return url.startswith(("https://", "http://"))


@register.filter
def on_white(colour: str) -> str:
    """The colour, darkened as far as white text on it, and it on white, needs to be readable."""
    return readable(colour, (WHITE,))
