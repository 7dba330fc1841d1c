"""What somebody typed or pasted into a search, made plain, and the spellings that it may stand for. Pure.

Support pastes from mails, chats and shops: with what was around it, in another case, with signs that nobody sees.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from licensing.keys.code import TAIL_LENGTH

LONGEST_TAIL: Final = 8  # as the column is
LONGEST_REFERENCE: Final = 200  # as the columns are
SHORTEST_CODE: Final = 10  # letters and digits

# Zero width, soft hyphens and the marks of direction. Joiners are letters' business inside a Persian name.
_UNSEEN: Final = dict.fromkeys(
    ord(sign)
    for sign in "\u00ad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
_AROUND: Final = " \u200c\u200d\"'`´‘’‚‛“”„‟«»‹›<>()[]{},;"
_SENTENCE: Final = " .:!?" + _AROUND
_IN_ANGLES = re.compile(r"[^<>]*<([^<>]*@[^<>]*)>[^<>]*")
_MAILTO = re.compile(r"mailto:([^?]*)", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.\d{1,5}@\S+", re.IGNORECASE)
_CALLED = re.compile(
    r"(?:(?:order|invoice|receipt|purchase|transaction|reference)\b\s*(?:number|num|no|nr|id|reference|ref)?\b\.?)?"
    r"\s*[:#№]?\s*",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?:code\s+)?ending\s+(?:in|with|on)?\s*", re.IGNORECASE)
_DOTS: Final = "•·*….-–— "
_CODE = re.compile(r"(?=.*[0-9])[0-9A-Z]{3,}(?:-[0-9A-Z]{3,}){2,}")
_GROUPED = re.compile(r"[0-9A-Za-z]{2,}(?:[-– ][0-9A-Za-z]{2,})+")


def cleaned(typed: str) -> str:
    """The term without what came along with it: quotes and brackets around it, `mailto:`, a name before an address
    in angle brackets, unseen signs, controls; one blank for any white space."""
    text = " ".join(unicodedata.normalize("NFC", typed).translate(_UNSEEN).split())
    text = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cs"))
    if named := _IN_ANGLES.fullmatch(text):
        text = named[1]
    text = text.strip(_AROUND).rstrip(_SENTENCE)
    if linked := _MAILTO.match(text):
        text = unquote(linked[1], errors="replace").strip(_AROUND)
    return text


def row_named(term: str) -> UUID | None:
    """The row that an id, or the Message-ID of a mail, names."""
    mail = _MESSAGE_ID.fullmatch(term.strip(_AROUND))
    try:
        return UUID(mail[1] if mail else term)
    except ValueError:
        return None


def references(term: str) -> list[str]:
    """How an order or a payment may be filed that is called so: `Order #gr-1001` is `GR-1001`, too."""
    bare = term[_CALLED.match(term).end() :] if len(term) <= LONGEST_REFERENCE else ""  # type: ignore[union-attr]
    found = [spelling for each in (term, bare) for spelling in (each, each.upper(), each.lower())]
    return [each for each in dict.fromkeys(found) if 0 < len(each) <= LONGEST_REFERENCE]


def words(term: str) -> list[str]:
    """A name's words: all of them must be in it, in whatever order."""
    return term.replace(",", " ").split()


def may_be_code(term: str) -> bool:
    """Whether it has the look of a registration code, on file or not: then it is written down nowhere."""
    signs = [sign for sign in term if sign.isalnum()]
    if "@" in term or len(signs) < SHORTEST_CODE or row_named(term):
        return False
    return any(sign.isdigit() for sign in signs) or ("-" in term and term == term.upper() != term.lower())


def is_written_as_code(term: str) -> bool:
    """In three groups or more, of capitals and digits: what no part of a name or an address is written as."""
    return bool(_CODE.fullmatch(term))


def tails(term: str) -> list[str]:
    """The last characters of a code that it may stand for: alone, after dots, or as the end of some groups."""
    bare = _ENDING.sub("", term).lstrip(_DOTS)
    if _GROUPED.fullmatch(bare) and any(sign.isdigit() for sign in bare):
        bare = bare[-TAIL_LENGTH:]
    fits = 0 < len(bare) <= LONGEST_TAIL and bare.isalnum()
    return list(dict.fromkeys((bare, bare.upper(), bare.lower()))) if fits else []
