"""The one canonical form of an email address, and the coarser forms that limits count by.

Two addresses are the same exactly when their canonical forms are equal. Mail and keys go to the
canonical form only, so nothing here may guess which mailbox somebody meant: what is not plainly
one address is refused with a reason.
"""

import ipaddress
import re
import unicodedata
from typing import Final

import idna

LONGEST_ADDRESS: Final = 254  # octets; RFC 5321 4.5.3.1.3, less the angle brackets
LONGEST_LOCAL_PART: Final = 64  # octets; RFC 5321 4.5.3.1.1
LONGEST_INPUT: Final = 1024  # characters; foreign domains may shrink, but not from more than this

# One plain sentence or two for the customer: what is wrong, what to do. The form keeps what was typed.
MESSAGES: Final = {
    "empty": "Please type your email address.",
    "too_long": (
        "This is too long to be an email address: at most 64 characters may stand before the @, "
        "and 254 altogether. Please check it and try again."
    ),
    "control": (
        "The address contains a line break or a control character. Please type it again on one line."
    ),
    "invisible": (
        "The address contains a character that cannot be seen, perhaps from copying it. "
        "Please type it again by hand."
    ),
    "no_at": "An email address needs an @ sign, as in name@example.com. Please check it and try again.",
    "several": "Please type one email address only, without commas or semicolons.",
    "quoted": (
        'We cannot send mail to an address with quotation marks ("). Please type the address alone, '
        "without a name, or use another of your addresses."
    ),
    "name_included": "Please type the address alone, without a name and without < and >.",
    "space": "There is a space inside the address. Please remove it and try again.",
    "local_non_ascii": (
        "The part before the @ has a letter that our mail server cannot send to. Only unaccented "
        "letters, digits and signs such as . _ + - work. Please use another of your addresses."
    ),
    "not_normalised": (
        "A letter before the @ is written in an unusual way, perhaps from copying it. "
        "Please type it again by hand."
    ),
    "bad_local": "The part before the @ is not right. Please check it and try again.",
    "literal": "Please type a domain name after the @, as in name@example.com, not a numeric address.",
    "trailing_dot": "There is a dot at the end of the address. Please remove it and try again.",
    "bad_domain": "The part after the @ is not right. Please check it and try again.",
}

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
# A label with "--" in places 3 and 4 is either an A-label ("xn--"), which must be decoded to be
# trusted, or reserved (RFC 5891 4.2.3.1): never plain.
_PLAIN_LABEL = r"(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(
    rf"(?=[^@]{{1,64}}@){_ATOM}+(?:\.{_ATOM}+)*"
    rf"@(?:{_PLAIN_LABEL}\.)+(?=[A-Za-z]){_PLAIN_LABEL}"
)
# No possessive quantifiers: Python 3.11.2, which is Debian 12's, takes "a." for a match of them. None is needed, since
# an atom has no dot in it.
_DOT_ATOM = re.compile(rf"{_ATOM}+(?:\.{_ATOM}+)*")
# The same with every other character allowed (RFC 6531 3.3); which of them is checked one by one.
_UTF8_ATOM = rf"(?:{_ATOM}|[^\x00-\x7f])"
_UTF8_DOT_ATOM = re.compile(rf"{_UTF8_ATOM}+(?:\.{_UTF8_ATOM}+)*")

_OUTER_SPACE = (
    " \t\r\n\f\v\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_LIST_SIGNS = re.compile("[,;\u3001\uff0c\uff1b\ufe50\ufe54\ufe51]")
# Shown as nothing although Unicode files them as letters and marks (Default_Ignorable_Code_Point).
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_REFUSED_CATEGORIES: Final = {"Cc": "control", "Zl": "control", "Zp": "control", "Cf": "invisible"}
# Private, unassigned and half characters: nobody can say what they are, or will normalise to.
_UNKNOWN_CATEGORIES: Final = frozenset({"Cn", "Co", "Cs"})


class AddressError(ValueError):
    """This text is not one email address; `code` says why to programs, `message` to customers."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def canonical(text: str, *, smtputf8: bool = False) -> str:
    """The canonical form of the one address in `text`, without outer white space.

    Before the @: an ASCII dot-atom of at most 64 octets, only A-Z folded (plus signs and dots
    mean something to many servers). With `smtputf8`, when the mail server offers it, other
    characters too, in Unicode's NFC and unfolded. After the @: UTS 46 and IDNA 2008 in lower-case
    punycode, at least one dot (no mail goes to `localhost`), no trailing dot (RFC 5321 has none),
    no address literal, and a last label that begins with a letter, as every top-level domain
    does, so that no IP address passes for a name. At most 254 octets altogether.

    Raises AddressError; its codes are the keys of MESSAGES. Rules: threats.md rows 15 to 19.
    """
    text = text.strip(_OUTER_SPACE)
    if len(text) <= LONGEST_ADDRESS and _PLAIN.fullmatch(text):
        return text.lower()
    return _step_by_step(text, smtputf8=smtputf8)


def for_limits(address: str) -> str:
    """What limits count a canonical address by: without plus suffix and without dots before the @.

    Many servers deliver all of these to one mailbox, so one mailbox could otherwise be asked for
    under endless names. For counting only: it says nothing about who owns what.
    """
    local, _, domain = address.rpartition("@")
    name = local.partition("+")[0].replace(".", "")
    return f"{name or local}@{domain}"


DOTTED: Final = frozenset({"gmail.com", "googlemail.com"})  # one mailbox, whatever dots stand before the @


def reader_of(address: str) -> str:
    """Who reads the mailbox, as far as an address tells: without case, plus suffix, and dots where these mean nothing.

    For the question whether two accounts may be one person's: where it is wrong, somebody else is asked. Takes what is
    no address, too.
    """
    try:
        address = canonical(address, smtputf8=True)
    except AddressError:
        address = address.strip()
    local, _, domain = address.casefold().rpartition("@")
    name = local.partition("+")[0] or local
    return f"{name.replace('.', '')}@gmail.com" if domain in DOTTED else f"{name}@{domain}"


def network_of(ip: str) -> str:
    """What limits count an IP address by: its /24 (IPv4) or /56 (IPv6), as `203.0.113.0/24`.

    A /56 is what one household or small office commonly gets (RFC 6177). An IPv4 address in
    IPv6 clothes counts as IPv4. Raises ValueError for anything but one IP address.
    """
    return _around(ip, bits_of_4=24, bits_of_6=56)


def wider_network_of(ip: str) -> str:
    """The /16 (IPv4) or /48 (IPv6) around an IP address: what one attacker has without effort.

    A /48 is what one site may ask for (RFC 6177), and holds 256 of the networks of `network_of`, as a /16 does.
    Raises ValueError as that does.
    """
    return _around(ip, bits_of_4=16, bits_of_6=48)


def _around(ip: str, *, bits_of_4: int, bits_of_6: int) -> str:
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.IPv6Network((int(address), bits_of_6), strict=False))
        address = address.ipv4_mapped
    return str(ipaddress.IPv4Network((int(address), bits_of_4), strict=False))


def _step_by_step(text: str, *, smtputf8: bool) -> str:
    """Every rule in turn; for plain addresses it must say what the one expression says."""
    if not text:
        raise _refusal("empty")
    if len(text) > (LONGEST_ADDRESS if text.isascii() else LONGEST_INPUT):
        raise _refusal("too_long")
    _refuse_unseen(text)
    _refuse_what_is_not_one_address(text)
    local, _, domain = text.rpartition("@")
    address = f"{_local_part(local, smtputf8=smtputf8)}@{_domain(domain)}"
    if len(address.encode()) > LONGEST_ADDRESS:
        raise _refusal("too_long")
    return address


def _refuse_unseen(text: str) -> None:
    for character in text:
        code = _REFUSED_CATEGORIES.get(unicodedata.category(character))
        if code:
            raise _refusal(code)
    if _UNSEEN.search(text):
        raise _refusal("invisible")


def _refuse_what_is_not_one_address(text: str) -> None:
    unquoted = _QUOTED.sub('""', text)
    if unquoted.count("@") > 1 or _LIST_SIGNS.search(unquoted):
        raise _refusal("several")
    if "@" not in unquoted:
        raise _refusal("no_at")
    if "<" in unquoted or ">" in unquoted:
        raise _refusal("name_included")
    if '"' in unquoted:
        raise _refusal("quoted")
    if any(unicodedata.category(character) == "Zs" for character in unquoted):
        raise _refusal("space")


def _local_part(local: str, *, smtputf8: bool) -> str:
    if not local.isascii():
        _refuse_foreign_local_part(local, smtputf8=smtputf8)
    if not (_UTF8_DOT_ATOM if smtputf8 else _DOT_ATOM).fullmatch(local):
        raise _refusal("bad_local")
    if len(local.encode()) > LONGEST_LOCAL_PART:
        raise _refusal("too_long")
    return _fold_ascii(local)


def _refuse_foreign_local_part(local: str, *, smtputf8: bool) -> None:
    if not smtputf8:
        raise _refusal("local_non_ascii")
    if any(unicodedata.category(character) in _UNKNOWN_CATEGORIES for character in local):
        raise _refusal("bad_local")
    if not unicodedata.is_normalized("NFC", local):
        raise _refusal("not_normalised")


def _fold_ascii(text: str) -> str:
    """Fold A-Z and nothing else: str.lower() would turn the Kelvin sign into a k (CVE-2019-19844)."""
    return text.encode().lower().decode()  # bytes.lower() knows ASCII only


def _domain(domain: str) -> str:
    if domain.startswith("["):
        raise _refusal("literal")
    try:
        name = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
    except UnicodeError:  # IDNAError is one; so is what the punycode codec says of half characters
        raise _refusal("bad_domain") from None
    if name.endswith("."):
        raise _refusal("trailing_dot")
    host, _, top = name.rpartition(".")
    if not host or not top[0].isalpha():
        raise _refusal("bad_domain")
    return name


def _refusal(code: str) -> AddressError:
    return AddressError(code, MESSAGES[code])
