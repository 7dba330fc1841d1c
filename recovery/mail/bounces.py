"""Bounces: only those that come back to an address we made for that one mail are believed."""

from uuid import UUID

from django.conf import settings

from recovery.models import Message
from recovery.tokens import derive

MAC_CHARACTERS = 16


def return_path(message: Message) -> str:
    """Where bounces of this mail go: an address that names the row and proves that we made it (VERP)."""
    if not settings.BOUNCE_ADDRESS:
        return str(settings.MAIL_FROM)
    local, _, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{message.pk.hex}-{proof_of(message.pk)}@{domain}"


def proof_of(row: UUID, secret: str | None = None) -> str:
    return derive("bounce", row.bytes, secret=secret).hex()[:MAC_CHARACTERS]
