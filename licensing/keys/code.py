"""Registration codes as text: the normal form they are found by, and how much of one may be shown."""

import re
from typing import Final

LONGEST_CODE: Final = 65_536  # octets; a licence file is the longest thing that counts as a code
TAIL_LENGTH: Final = 4

MESSAGES: Final = {
    "empty": "There is no code here. Please enter it and try again.",
    "too_long": "This is longer than 64 KB, too long for a registration code. Please check what was entered.",
    "control": (
        "The code contains a control character, perhaps from a damaged file. "
        "Please copy it again from where it was first given."
    ),
}

# Written as escapes on purpose: most of these cannot be told apart by eye.
_SPACES: Final = (
    "\t\n\v\f\r \x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# Every character of Unicode's category Pd, and the minus signs and bullets that stand in for one.
_DASHES: Final = (
    "-\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d"
    "\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010ead\u02d7\u2043\u2212\u2796"
)
# What copying from a web page or mail leaves behind unseen.
_UNSEEN: Final = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"

_BLANKS: dict[int, None] = {ord(character): None for character in _SPACES + _UNSEEN}
_DROPPED = {ord(character): None for character in _SPACES + _DASHES + _UNSEEN}
_UPPER = {ord(lower): lower.upper() for lower in "abcdefghijklmnopqrstuvwxyz"}
_SPACED: dict[int, str | None] = {**_DROPPED, **_UPPER}
# Crockford's base 32 reads these as the digits they look like.
_CROCKFORD = {**_SPACED, **dict.fromkeys(b"Oo", "0"), **dict.fromkeys(b"IiLl", "1")}
_TABLES: Final = {"spaced": _SPACED, "crockford": _CROCKFORD}

FORMS: Final = ("spaced", "exact", "crockford", "armoured")

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # all but tab and line feed
_ARMOUR = re.compile(r"^[ \t]*(?:--|==).*$", re.MULTILINE)  # "-----END LICENSE-----" ends every file alike
_SIGNIFICANT = re.compile(r"[^\W_]")


class CodeError(ValueError):
    """This text cannot be a registration code; `code` says why to programs, `message` to people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def normalise(code: str, *, form: str) -> str:
    """The normal form that a code is compared and fingerprinted by, as its edition's `form` says.

    `spaced`: A-Z in upper case, without white space, dashes and unseen characters. `crockford`: the
    same, and O reads as 0, I and L as 1. `exact`: only outer white space goes and line ends
    become a line feed, for base64 and licence texts, where case and spaces count. `armoured`: lines of armour
    and all white space go, for documents that a mail may have wrapped anew; case counts.

    Raises CodeError (`empty`, `too_long`, `control`) and ValueError for an unknown form.
    """
    if form not in FORMS:
        raise ValueError(f"unknown code form {form!r}: it must be one of {', '.join(FORMS)}")
    if len(code) > LONGEST_CODE or len(code.encode(errors="surrogatepass")) > LONGEST_CODE:
        raise _refusal("too_long")
    normal = _normal(code, form)
    if (_CONTROL_IN_TEXT if form == "exact" else _CONTROL).search(normal):
        raise _refusal("control")
    if not normal:
        raise _refusal("empty")
    return normal


def tail(code: str) -> str:
    """The last letters and digits of a code, for support to tell codes apart.

    At most 4, and never more than a quarter of the code's letters and digits: a short code shows
    less, down to nothing. Case is kept. In a licence text, lines of armour such as
    `-----END LICENSE-----` are passed over, since they are the same in each.
    """
    significant = _SIGNIFICANT.findall(_ARMOUR.sub("", code)) or _SIGNIFICANT.findall(code)
    shown = min(TAIL_LENGTH, len(significant) // 4)
    return "".join(significant[len(significant) - shown :])


def mask(tail: str) -> str:
    """How a code is shown where it must not be read: `••••-7C21`, or dots alone without a tail.

    The number of dots says nothing about the length of the code.
    """
    return f"••••-{tail}" if tail else "••••"


def _normal(code: str, form: str) -> str:
    if form == "exact":
        return _exact(code)
    if form == "armoured":
        return _ARMOUR.sub("", code).translate(_BLANKS)
    return code.translate(_TABLES[form])


def _exact(code: str) -> str:
    return code.replace("\r\n", "\n").replace("\r", "\n").strip(_SPACES)


def _refusal(code: str) -> CodeError:
    return CodeError(code, MESSAGES[code])
