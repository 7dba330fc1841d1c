"""Refusals in the words of the console."""

from __future__ import annotations

from typing import Final

from licensing.support import errors as support
from recovery import errors as recovery

NOTHING: Final = "Nothing was changed."
FACTS: Final = {
    "address": "another buyer",
    "code": "another code",
    "confirmation": "not confirmed by its shop yet",
    "lines": "other lines",
    "ordered_at": "another day",
    "product": "another product",
    "quantity": "another quantity",
    "receiver": "another receiver",
    "registered_name": "another name",
    "variant": "another variant",
}
TROUBLES: Final[dict[type[Exception], str]] = {
    support.NotOnFile: "That is not on file for this customer.",
    support.ReasonMissing: "A reason is needed, and recorded.",
    support.StalePage: "This form is too old. Open it again from the customer’s page.",
    support.NotCounting: "A test order, or one that its shop has not confirmed, has no payment to give back.",
    support.TooManyUnits: "The line has not that many units.",
    support.ToldByShop: "The shop itself says that it was refunded: correct it there. What the shop says next counts.",
    support.ShownOnce: "The code was shown for this reason already. Say again why you look.",
    support.TooManyLooks: "You looked at as many codes in one day as anybody may. “Send keys” needs no look.",
    support.NothingToGive: "The order needs a number, a product that is sold here, and at least one unit.",
    support.Overtaken: "Somebody else changed the same at this moment. Press again.",
    recovery.NoSuchAddress: "This is not a current address of the customer.",
    recovery.PressedElsewhere: "This form is too old. Open it again from the customer’s page.",
    recovery.TooManyMails: "This customer got as many mails from support as go out in an hour. Wait, or read the "
    "key to them after “reveal”.",
    recovery.ReasonNeeded: "A reason is needed, and recorded.",
}
CLOSED: Final = {
    "muted": "Its reader stopped these mails. If they want them again, lift the mute first.",
    "dead": "Its server said that there is no such mailbox. If there is one again, lift that first.",
}


def in_words(error: Exception) -> str:
    """What was wrong, and that nothing came of it."""
    if isinstance(error, recovery.MailboxClosed):
        return f"{CLOSED[error.code]} {NOTHING}"
    if isinstance(error, support.OrderDiffers):
        differing = ", ".join(FACTS.get(each, each) for each in error.differing)
        return f"An order of that number is on file, with {differing}. {NOTHING}"
    if isinstance(error, support.TooManyByHand):
        left = "None" if not error.left else f"Only {error.left}"
        may = f"{left} of the {error.most} licenses that you may add by hand within a day"
        return f"{may} {'is' if error.left == 1 else 'are'} left. More come in as a file. {NOTHING}"
    return f"{TROUBLES.get(type(error), 'That was not possible.')} {NOTHING}"
