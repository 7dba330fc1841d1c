"""Bounces: only those that come back to an address we made for that one mail are believed."""

import hmac
import re
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from recovery.models import Message
from recovery.tokens import derive

MAC_CHARACTERS = 16
# Servers may change the case of an address, and the domain where they forward within a house; the proof stands anyway.
PROOF = re.compile(rf"\+([0-9a-f]{{32}})-([0-9a-f]{{{MAC_CHARACTERS}}})@", re.IGNORECASE)


def return_path(message: Message) -> str:
    """Where bounces of this mail go: an address that names the row and proves that we made it (VERP)."""
    if not settings.BOUNCE_ADDRESS:
        return str(settings.MAIL_FROM)
    local, _, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{message.pk.hex}-{proof_of(message.pk)}@{domain}"


def proof_of(row: UUID, secret: str | None = None) -> str:
    return derive("bounce", row.bytes, secret=secret).hex()[:MAC_CHARACTERS]


def row_proved_by(recipients: Iterable[str]) -> UUID | None:
    """The message whose return path is among these addresses or header texts; nothing if we made none of them."""
    claims = (claim for text in recipients for claim in PROOF.findall(text))
    return next((UUID(row) for row, proof in claims if is_proof(UUID(row), proof.lower())), None)


def is_proof(row: UUID, given: str) -> bool:
    """Whether we made it, under the present secret or a former one, in constant time."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    matches = [hmac.compare_digest(given, proof_of(row, secret)) for secret in secrets]
    return any(matches)
