"""What is mailed and what browsers hold: all of it derived or hashed, so that the database holds nothing to steal.

A token names its purpose and its row, and carries a 128-bit HMAC-SHA256 over both (RFC 2104; ASVS 5.0, 6.5). It is
authentic or it is not; whether it is used or expired is for the row to say.
"""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

from django.conf import settings

# Crockford's base 32: no I, L, O, U, so a code can be read aloud and typed back.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans("ILO", "110")
CODE_LENGTH = 8
MAC_BYTES = 16
TOKEN_LENGTH = 43  # 32 bytes in base64url


class InvalidToken(Exception):
    """Not made by us, or for another purpose."""


def derive(purpose: str, *parts: bytes, secret: str | None = None) -> bytes:
    """32 bytes that only we can make: HMAC-SHA256 over the purpose and the parts, each length-prefixed."""
    key = hashlib.sha256(b"recovery:" + (secret or settings.SECRET_KEY).encode()).digest()
    text = b"".join(len(part).to_bytes(4, "big") + part for part in (purpose.encode(), *parts))
    return hmac.digest(key, text, "sha256")


def make_token(purpose: str, row: UUID, extra: bytes = b"") -> str:
    """43 characters for a link: the row's id and the proof that we made it."""
    mac = derive(purpose, row.bytes, extra)[:MAC_BYTES]
    return base64.urlsafe_b64encode(row.bytes + mac).rstrip(b"=").decode()


def row_named_by(token: str) -> UUID:
    """The row a token claims to be about, unproved. Raises `InvalidToken` if it has not the form of one."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        raise InvalidToken
    try:
        return UUID(bytes=base64.b64decode(token + "=", altchars=b"-_", validate=True)[:16])
    except ValueError as error:
        raise InvalidToken from error


def check_token(purpose: str, token: str, extra: bytes = b"") -> None:
    """Raises `InvalidToken` unless we made it for that purpose, under the present secret or a former one."""
    row = row_named_by(token)
    given = base64.urlsafe_b64decode(token + "=")[16:]
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if hmac.compare_digest(given, derive(purpose, row.bytes, extra, secret=secret)[:MAC_BYTES]):
            return
    raise InvalidToken


def make_code(row: UUID, extra: bytes, secret: str | None = None) -> str:
    """The 8-character code (40 bits) of a challenge."""
    number = int.from_bytes(derive("code", row.bytes, extra, secret=secret)[:5], "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(CODE_LENGTH))


def same_code(row: UUID, extra: bytes, typed: str) -> bool:
    """Whether the code typed is the row's, in constant time; case, spaces, dashes and look-alikes forgiven."""
    typed_bytes = forgiving(typed).encode()
    made = [make_code(row, extra, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    matches = [hmac.compare_digest(code.encode(), typed_bytes) for code in made]  # all compared, none first
    return any(matches)


def forgiving(typed: str) -> str:
    """A code as it was meant: only its letters and digits, in capitals, I and L as 1, O as 0."""
    return "".join(c for c in typed.upper() if c.isascii() and c.isalnum()).translate(LOOK_ALIKES)


def new_browser_secret() -> str:
    """What a browser keeps in a cookie to be recognised by; we keep its hash."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> bytes:
    """What we keep of a 256-bit secret: its plain SHA-256 cannot be reversed or guessed."""
    return hashlib.sha256(secret.encode()).digest()


def counting_digest(purpose: str, text: str) -> bytes:
    """16 bytes to count or match by, that do not tell the text without our secret."""
    return derive(purpose, text.encode())[:16]
