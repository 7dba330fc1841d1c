"""Composes each mail at the moment it is sent, so that no secret waits in the outbox. One small function a mail."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from licensing.holdings import Holding, Shelf, Standing
from licensing.models import EmailAddress
from recovery.file_names import safe_name
from recovery.mail.bounces import return_path
from recovery.mail.dates import minute
from recovery.mail.entries import entries
from recovery.mail.letter import Attachment, Letter
from recovery.mail.silence import MUTE_LIFE
from recovery.mail.stencil import texts
from recovery.mail.vendor import of_vendor
from recovery.mail.wording.names import Words
from recovery.mail.wording.sound import ensure_sound
from recovery.models import CHALLENGE_LIFE, Challenge, Message, Mute, Origin, RecoveryRequest
from recovery.templatetags.recovery_words import one_line
from recovery.tokens import make_code, make_token


@dataclass(frozen=True)
class Draft:
    """What a mail says, before it is written: its template, its facts, where it goes and what comes with it.

    `context` is what the template decides by; `facts` it only prints, as they are.
    """

    template: str
    recipient: str
    context: Mapping[str, Hashable]
    facts: dict[str, str]
    date: datetime
    attachments: tuple[Attachment, ...] = ()


def challenge(message: Message, challenge: Challenge, *, address: EmailAddress) -> Draft:
    """The link and the code, to the address on file."""
    code = make_code(challenge.pk, challenge.material)
    facts = {
        "link": f"{settings.PUBLIC_URL}/verify/{make_token('verify', challenge.pk, challenge.material)}/",
        "code": f"{code[:4]}-{code[4:]}",
    }
    context = {"minutes": int(CHALLENGE_LIFE.total_seconds() // 60), "by_support": is_by_support(message)}
    return Draft("challenge", address.address, context, facts | of_request(message), challenge.minted_at)


def nothing_found(message: Message, challenge: Challenge, *, shops: tuple[str, ...]) -> Draft:
    """Nothing is filed under this address: what else to try."""
    asked = request_of(message)
    start = f"{settings.PUBLIC_URL}/"
    facts = {"address": asked.address, "start_url": start, "change_url": f"{start}address-change/"}
    return Draft(
        "nothing-found", asked.address, {"shops": shops}, facts | of_request(message), challenge.minted_at
    )


def keys(message: Message, *, address: EmailAddress, shelf: Shelf, now: datetime) -> Draft:
    """Every key of the owner, to the address on file; what has no key is there with its reason."""
    holdings = sorted(
        shelf.holdings_of(address.customer, now=now), key=lambda each: each.standing is not Standing.ACTIVE
    )
    listed, facts = entries(holdings)
    if name := one_line(address.customer.full_name):
        facts["name"] = name
    return Draft(
        "keys",
        address.address,
        {"holdings": listed, "by_support": is_by_support(message)},
        facts | of_request(message),
        message.created_at,
        tuple(attachments(holdings)),
    )


def muted(message: Message, *, recipient: str, mute: Mute) -> Draft:
    """Requests are muted, and the way back."""
    facts = {"unmute_url": f"{settings.PUBLIC_URL}/unmute/{make_token('unmute', mute.pk)}/"}
    return Draft(
        "muted", recipient, {"days": MUTE_LIFE.days}, facts | of_request(message), message.created_at
    )


def alert(message: Message) -> Draft:
    """Something support has to know, without anybody's address in it."""
    what, _, about = message.about.partition(" ")
    page = f"{settings.PUBLIC_URL}/console/recovery"
    licensing = f"{settings.PUBLIC_URL}/console/licensing"
    facts = {
        "about": about,
        "move_url": f"{page}/exchange/{about}/change/",
        "change_url": f"{page}/ownerchange/{about}/change/",
        "endpoint_url": f"{licensing}/endpoint/{about}/change/",
    }
    return Draft("alert", settings.SUPPORT_EMAIL, {"what": what}, facts, message.created_at)


def of_request(message: Message) -> dict[str, str]:
    """Dates are in the active language, which is the mail's while it is composed."""
    request = request_of(message)
    not_me = f"{settings.PUBLIC_URL}/not-me/{make_token('not-me', request.pk)}/"
    return {"asked_at": minute(request.created_at), "not_me_url": not_me}


def is_by_support(message: Message) -> bool:
    """Whether support sent it, and nobody typed the address on our page."""
    return request_of(message).origin == Origin.SUPPORT


def language_of(message: Message) -> str:
    """The language that a mail was asked for in. It is written in it where support has a text in it."""
    return (message.request.language if message.request else "") or str(settings.LANGUAGE_CODE)


def request_of(message: Message) -> RecoveryRequest:
    """The request that a mail answers. Raises ValueError for an alert, which answers none."""
    if message.request is None:
        raise ValueError(f"message {message.pk} answers no request")
    return message.request


def attachments(holdings: list[Holding]) -> list[Attachment]:
    """Licence files, and codes of several lines, which mail programs may wrap."""
    found = []
    for number, holding in enumerate(holdings, start=1):
        if holding.file_name:
            # Opaque, under a harmless name: both came with a file from outside.
            found.append(
                Attachment(safe_name(holding.file_name), "application/octet-stream", holding.content)
            )
        elif "\n" in holding.code:
            found.append(
                Attachment(f"license-{number}.txt", "text/plain; charset=utf-8", holding.code.encode())
            )
    return found


def written(draft: Draft, message: Message, *, language: str, words: Words | None = None) -> Letter:
    """The mail itself, in support's words where there are any."""
    context = {**draft.context, **of_vendor()}
    said = texts(draft.template, language=language, context=context, facts=draft.facts, words=words)
    if words:
        ensure_sound(said)
    return Letter(
        template=draft.template,
        message_id=message_id(message),
        sender=settings.MAIL_FROM,
        sender_name=settings.VENDOR_NAME,
        reply_to=settings.SUPPORT_EMAIL,
        return_path=return_path(message),
        recipient=draft.recipient,
        date=draft.date,
        subject=" ".join(said.subject.split()),
        text=said.text,
        html=said.html,
        attachments=draft.attachments,
    )


def message_id(message: Message) -> str:
    """Fixed by row and mint: every attempt of one mint is one mail to whoever receives it twice."""
    return f"<{message.pk}.{message.mint}@{settings.MAIL_FROM.rpartition('@')[2]}>"
