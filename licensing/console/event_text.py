"""What a notification says, laid out for people: on its page, and for `connections events ID`."""

from __future__ import annotations

from typing import Final

from licensing.console.event_words import told_by
from licensing.console.payloads import codes_in, names_in, readable
from licensing.intake.hooks.connections import shop_of
from licensing.intake.hooks.envelope import unpacked
from licensing.intake.hooks.events import payload_of
from licensing.intake.shop import NotUnderstood
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import HookEvent

UNREADABLE: Final = "cannot be decrypted with the present keys"


def laid_out(event: HookEvent) -> str:
    """In lines, with codes masked; or why that cannot be shown."""
    if event.payload is None:
        return "What it said was dropped 30 days after it was processed."
    try:
        payload = payload_of(event)
    except (Tampered, UnknownKey):
        return UNREADABLE
    told, fields = told_by(event), shop_of(event.connection).unscrubbed
    said = body_of(payload) if event.whole else payload
    return readable(said, codes=codes_in(told), fields=fields, names=names_in(told))


def body_of(payload: bytes) -> bytes:
    """Of a notification that was kept whole: what was sent, or what followed the "?"."""
    try:
        kept = unpacked(payload)
    except NotUnderstood:
        return payload
    return kept.body or kept.query.encode("utf-8", "replace")
