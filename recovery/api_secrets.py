"""What an API key looks like: `lr_`, 32 random characters, and 6 that check them.

The fixed beginning and the check let scanners of source code and logs find a key that leaked, and tell it from other
text. What has not this form is refused without asking the database.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from typing import Final
from zlib import crc32

BEGIN: Final = "lr_"
ALPHABET: Final = string.digits + string.ascii_letters
RANDOM: Final = 32  # characters of 62 kinds: 190 bits
CHECK: Final = 6
HINT: Final = len(BEGIN) + 6
FORM: Final = re.compile(f"{BEGIN}[0-9A-Za-z]{{{RANDOM + CHECK}}}")


def new_secret() -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return f"{BEGIN}{body}{check_of(body)}"


def check_of(body: str) -> str:
    """CRC-32 in base 62, six digits."""
    number, digits = crc32(body.encode()), ""
    for _ in range(CHECK):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def is_secret(text: str) -> bool:
    """Whether it has the form of one of ours; not whether there is such a key."""
    return bool(FORM.fullmatch(text)) and check_of(text[len(BEGIN) : -CHECK]) == text[-CHECK:]


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
