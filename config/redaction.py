"""Takes out of a log event whatever looks like an address, a secret or a registration code.

Our own lines carry ids only; this is for what others print: a driver's error with the row in it, a traceback,
a URL.
"""

import re
from collections.abc import Mapping
from typing import Any

_PART = r"[^\s\"'<>()\[\]{},;:=|\\/]"  # of an address, as it may stand in a log

# In this order: a token inside a path first, so that the path's name stays readable.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(/(?:verify|not-me|unmute|fresh|invitation)/)[^/\s\"'<>?]+"), r"\1[token]"),
    (re.compile(r"(/hooks/)[a-z2-7]{32}"), r"\1[address]"),
    # From where a word begins only: a long one without "@" would be gone through again from each of its letters.
    (re.compile(rf"(?<!{_PART}){_PART}+(?:@|%40){_PART}+"), "[address]"),
    # Three or more groups of four and more, as registration codes are printed; not our ids, which are UUIDs.
    (
        re.compile(
            r"(?<![\w-])(?![0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-]))"
            r"(?=[\w-]*[0-9A-Z])[0-9A-Za-z]{4,}(?:[-_][0-9A-Za-z]{4,}){2,}(?![\w-])"
        ),
        "[code]",
    ),
    (re.compile(r"(?<!\w)[0-9A-Z]{16,}(?!\w)"), "[code]"),
    (
        re.compile(r"(?<!\w)whsec_[0-9A-Za-z+/=]+"),
        "[secret]",
    ),  # signs events; a slash would part it into short ones
    # 128 bits and more in base64 or hex; a UUID without dashes has 32 characters and stays.
    (re.compile(r"(?<![\w+-])[\w+-]{40,}={0,2}"), "[secret]"),
)


def redact_text(text: str) -> str:
    """The text with addresses, tokens, codes and long secrets replaced by a word for what stood there."""
    for pattern, word in _RULES:
        text = pattern.sub(word, text)
    return text


def redact(value: Any) -> Any:
    """The same for anything an event may hold, at any depth; what is not plain data becomes redacted text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {redact_text(str(key)): redact(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(each) for each in value]
    return redact_text(value if isinstance(value, str) else repr(value))
