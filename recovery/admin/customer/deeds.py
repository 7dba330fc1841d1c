"""What may be done from the customer page: each a form, a right that it takes, one domain call, and words about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from datetime import time as day_time
from typing import Any, Final
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from licensing.models import Customer, CustomerNote, EmailAddress, License, Purchase
from licensing.support.by_hand import MOST_A_DAY, MOST_OF_A_LEAD, Sale, add_purchase
from licensing.support.notes import withdraw_note, write_note
from licensing.support.refunds import mark_refunded, withdraw_marks
from licensing.support.revocation import restore, revoke
from recovery.admin.customer import forms
from recovery.journeys.block_by_support import lift_mute, lift_suppression, mute_for
from recovery.journeys.support_mails import resend_keys, send_link
from recovery.models import DomainPause, Message, MessageState


@dataclass(frozen=True)
class Asked:
    """What somebody pressed: for whom, about which row of theirs, with what they said."""

    customer: Customer
    row: Any
    given: dict[str, Any]
    by: str
    now: datetime
    has: Callable[[str], bool]  # this right

    @property
    def who(self) -> dict[str, Any]:
        return {"by": self.by, "now": self.now}

    @property
    def why(self) -> dict[str, Any]:
        return {"by": self.by, "now": self.now, "reason": self.given["words"]}


@dataclass(frozen=True)
class Deed:
    """`rows` finds what it is about among the customer's own; None: the customer."""

    name: str
    title: str
    says: str
    permission: str
    form: type[forms.DeedForm]
    act: Callable[[Asked], str]
    rows: Callable[[Customer], QuerySet[Any]] | None = None
    optional_row: bool = False


MANY: Final = "licensing.addmany_purchase"  # beyond what anybody may within a day


def addresses(customer: Customer) -> QuerySet[Model]:
    return EmailAddress.objects.filter(customer=customer)


def licenses(customer: Customer) -> QuerySet[Model]:
    return License.objects.filter(owner=customer).select_related("edition__product", "line__purchase")


def purchases(customer: Customer) -> QuerySet[Model]:
    theirs = Purchase.objects.filter(Q(buyer=customer) | Q(lines__receiver=customer)).distinct()
    return theirs.select_related("store")


def notes(customer: Customer) -> QuerySet[Model]:
    return CustomerNote.objects.filter(customer=customer)


def sent(asked: Asked, send: Callable[..., Message], what: str) -> str:
    address: UUID = asked.given["address"]
    message = send(asked.customer.pk, address_id=address, press=asked.given["press"], **asked.who)
    request = message.request
    to = request.address if request else ""
    pause = DomainPause.objects.filter(domain=to.rpartition("@")[2], until__gt=asked.now).first()
    if pause:
        return f"{what} waits for {to}: mail to its domain is paused after “{pause.reply}”."
    if message.state == MessageState.ACCEPTED:
        return f"{what} was sent to {to} already."
    return f"{what} goes to {to} now. Reload this page in some seconds: it shows what the receiving server said to it."


def refund(asked: Asked) -> str:
    line = None if asked.given["what"] == forms.WHOLE else UUID(asked.given["what"])
    units = asked.given["units"] if line else None
    mark_refunded(asked.row.pk, line_id=line, units=units, **asked.why)
    asked.row.refresh_from_db()
    left = f"{units} of its units are" if units and asked.row.refunded_units else "It is"
    return f"Order {asked.row.reference}: marked. {left} refunded, and the keys of what was refunded count no more."


def unrefund(asked: Asked) -> str:
    after = withdraw_marks(asked.row.pk, **asked.why)
    if after.refunded_at:
        return (
            f"Order {after.reference}: the mark is taken back. Its shop says it was refunded, so it stays so."
        )
    return f"Order {after.reference}: the mark is taken back, and its licenses count again."


def bought(asked: Asked) -> str:
    given = asked.given
    store = given["store"]
    sale = Sale(
        customer_id=asked.customer.pk,
        address_id=given["address"],
        edition_id=given["edition"].pk,
        reference=given["reference"],
        ordered_at=timezone.make_aware(datetime.combine(given["ordered_at"], day_time(12))),
        quantity=given["quantity"],
        registered_name=given["registered_name"],
        store_id=store.pk if store else None,
    )
    most = MOST_OF_A_LEAD if asked.has(MANY) else MOST_A_DAY
    purchase = add_purchase(sale, most_a_day=most, **asked.why)
    return (
        f"Order {purchase.reference} is on file. Its licenses have keys where there were some; "
        "“Send the keys” mails them."
    )


def noted(asked: Asked) -> str:
    write_note(asked.customer.pk, text=asked.given["text"], press=asked.given["press"], **asked.who)
    return "The note is written."


def told(done: bool, words: str, otherwise: str) -> str:
    return words if done else otherwise


DEEDS: Final = {
    deed.name: deed
    for deed in (
        Deed(
            "send-keys",
            "Send the keys",
            "A mail with all keys goes to the address. Nobody has to prove anything: only who reads that mailbox "
            "gets it.",
            "recovery.add_message",
            forms.Addressed,
            lambda asked: sent(asked, resend_keys, "The mail with the keys"),
            addresses,
            optional_row=True,
        ),
        Deed(
            "send-link",
            "Send a fresh link",
            "A mail with a link goes to the address. It opens “Your licenses” for ten minutes after it is sent.",
            "recovery.add_message",
            forms.Addressed,
            lambda asked: sent(asked, send_link, "The mail with the link"),
            addresses,
            optional_row=True,
        ),
        Deed(
            "mute",
            "Stop mails to this address",
            "For 30 days nobody can have a mail with a link sent there, and open links end. A mail tells its reader, "
            "with the way back.",
            "recovery.add_mute",
            forms.Reasoned,
            lambda asked: told(
                mute_for(asked.customer.pk, address_id=asked.row.pk, **asked.why),
                f"No such mails go to {asked.row.address} for 30 days.",
                "It was stopped already.",
            ),
            addresses,
        ),
        Deed(
            "lift-mute",
            "Allow mails to this address again",
            "Requests for this address are served again.",
            "recovery.change_mute",
            forms.Reasoned,
            lambda asked: told(
                lift_mute(asked.customer.pk, address_id=asked.row.pk, **asked.why),
                f"Mails go to {asked.row.address} again.",
                "They were allowed already.",
            ),
            addresses,
        ),
        Deed(
            "lift-suppression",
            "Try this mailbox again",
            "Its server said that there is no such mailbox. The next mail to it is tried; if it is refused again, it "
            "is held dead again.",
            "recovery.change_suppression",
            forms.Reasoned,
            lambda asked: told(
                lift_suppression(asked.customer.pk, address_id=asked.row.pk, **asked.why),
                f"Mail to {asked.row.address} is tried again.",
                "It was tried again already.",
            ),
            addresses,
        ),
        Deed(
            "refund",
            "Mark as refunded",
            "The licenses that were refunded count no more; their owner reads so beside them. No mail goes out, "
            "and no money moves here: do that in the shop. It can be taken back, and what the shop "
            "says counts beside it.",
            "licensing.add_refundmark",
            forms.Refunded,
            refund,
            purchases,
        ),
        Deed(
            "unrefund",
            "Take the mark back",
            "Support’s word on this order is taken back. What its shop says is left.",
            "licensing.change_refundmark",
            forms.Reasoned,
            unrefund,
            purchases,
        ),
        Deed(
            "revoke",
            "Revoke this license",
            "It counts no more, whatever its order says. Its key stays with it, so that restoring gives it back.",
            "licensing.change_license",
            forms.Reasoned,
            lambda asked: told(
                revoke(asked.row.pk, **asked.why), "The license is revoked.", "It was revoked already."
            ),
            licenses,
        ),
        Deed(
            "restore",
            "Restore this license",
            "It counts again, with the key that it had.",
            "licensing.change_license",
            forms.Reasoned,
            lambda asked: told(
                restore(asked.row.pk, **asked.why), "The license counts again.", "It counted already."
            ),
            licenses,
        ),
        Deed(
            "add-purchase",
            "Add a purchase",
            "An order that no shop told. It is filed as paid, and its licenses get keys as any other’s do. Within a "
            f"day one person adds {MOST_A_DAY} licenses at most, a lead or an administrator {MOST_OF_A_LEAD}; more "
            "come in as a file.",
            "licensing.add_purchase",
            forms.Bought,
            bought,
        ),
        Deed(
            "note",
            "Write a note",
            "Everybody of support reads it; the customer may ask for a copy.",
            "licensing.add_customernote",
            forms.Noted,
            noted,
        ),
        Deed(
            "withdraw-note",
            "Withdraw this note",
            "It is folded away, with your name. To correct a note, write another.",
            "licensing.change_customernote",
            forms.Confirmed,
            lambda asked: told(
                withdraw_note(asked.row.pk, **asked.who),
                "The note is withdrawn.",
                "It was withdrawn already.",
            ),
            notes,
        ),
    )
}
