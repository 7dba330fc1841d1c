"""The mails about changes of owner: the proof of a new mailbox, the notice with the way to stop it, the outcome."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Final
from uuid import UUID

from django.conf import settings

from licensing.models import EmailAddress
from recovery.mail.moves import moment
from recovery.mail.render import Draft, of_request, request_of
from recovery.mistyped import is_mistyped
from recovery.models import (
    CHALLENGE_LIFE,
    Challenge,
    ChangeKind,
    ChangeState,
    Message,
    MessageKind,
    OwnerChange,
)
from recovery.templatetags.recovery_words import one_line
from recovery.tokens import make_code, make_token

CHANGE_MAILS: Final = frozenset({MessageKind.NOTICE, MessageKind.OUTCOME})
TEMPLATES: Final = {MessageKind.NOTICE: "change-notice", MessageKind.OUTCOME: "change-outcome"}
STOPPABLE: Final = (ChangeState.WAITING, ChangeState.DONE)


def notices_overtaken(messages: Collection[Message]) -> set[UUID]:
    """Notices of what will not happen any more; another mail tells of that, where the notice went out before."""
    told = [each for each in messages if each.kind == MessageKind.NOTICE]
    if not told:
        return set()
    waiting = OwnerChange.objects.filter(pk__in=[each.change_id for each in told], state=ChangeState.WAITING)
    still = set(waiting.values_list("pk", flat=True))
    return {each.pk for each in told if each.change_id not in still}


def claim(message: Message, challenge: Challenge) -> Draft:
    """The link and the code that prove a new mailbox, to the address as it was typed. They open nobody's keys."""
    code = make_code(challenge.pk, challenge.material)
    token = make_token("claim", challenge.pk, challenge.material)
    facts = {
        "link": f"{settings.PUBLIC_URL}/address-change/prove/{token}/",
        "code": f"{code[:4]}-{code[4:]}",
    }
    context: dict[str, Hashable] = {
        "minutes": int(CHALLENGE_LIFE.total_seconds() // 60),
        "by_support": message.change_id is not None,
    }
    return Draft(
        "claim", request_of(message).address, context, facts | of_request(message), challenge.minted_at
    )


def draft(message: Message) -> Draft:
    """What is to happen, or has: to the mailbox that it was promised to, on whichever side of the change that is."""
    change = OwnerChange.objects.select_related("customer", "license__edition__product", "purchase").get(
        mails=message
    )
    step, _, side = message.about.partition(" ")
    facts = {
        "hidden": hidden_address(change),
        "effective": moment(change.effective_at) if change.effective_at else "",
        "words": change.reason if step == "declined" else "",
        "thing": thing(change),
        "start_url": f"{settings.PUBLIC_URL}/",
        "stop_url": f"{settings.PUBLIC_URL}/stop-change/{stop_token(change, message)}/",
    }
    context: dict[str, Hashable] = {
        "kind": str(change.kind),
        "step": step,
        "side": side,
        "of_one_license": change.license_id is not None,
        "shortened": step == "done" and bool(change.shortened_by),
        "mistyped": is_mistyped(change, request_of(message).address),
        "with_stop": (side == "gives" and step in ("notice", "done")) or step == "notice",
    }
    return Draft(
        TEMPLATES[MessageKind(message.kind)],
        request_of(message).address,
        context,
        {name: text for name, text in facts.items() if text},
        message.created_at,
    )


def stop_token(change: OwnerChange, message: Message) -> str:
    """Each mailbox has a link of its own, so that support knows where somebody objected."""
    return make_token("stop-change", change.pk, bytes(request_of(message).mailbox))


def thing(change: OwnerChange) -> str:
    """What is handed on, as its owner knows it."""
    if change.license:
        return one_line(f"{change.license.edition.product.name} {change.license.edition.version}")
    return one_line(change.purchase.reference) if change.purchase else ""


def hidden_address(change: OwnerChange) -> str:
    """Where it goes, enough of it for who knows the address, and too little for who does not."""
    if change.new_address:
        return hidden(change.new_address)
    if change.kind == ChangeKind.SPLIT:
        chosen = EmailAddress.objects.filter(pk__in=change.chosen.get("addresses", []))
    else:
        chosen = EmailAddress.objects.current().filter(customer=change.other_id)
    first = chosen.order_by("pk").first()
    return hidden(first.address) if first else ""


def hidden(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
