"""The last look at a mail in support's words, with its facts in it, before it goes."""

import unicodedata

from recovery.mail.stencil import Texts


class Unsound(Exception):
    """The mail would be empty, or its subject would not be one line."""


def ensure_sound(said: Texts) -> None:
    subject = said.subject.strip()
    if not subject or any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in subject):
        raise Unsound("subject")
    if not said.text.strip() or not said.html.strip():
        raise Unsound("body")
