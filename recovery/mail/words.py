"""Servers' words, as support may see them: one printable line of plain text, without anybody's address."""

import re

LONGEST_WORDS = 500
READ_AT_MOST = 2000  # characters: looking for addresses takes quadratic time

NOT_IN_AN_ADDRESS = r"\s<>\"'()\[\]{},;:=|\\/"
ADDRESS = re.compile(rf"[^{NOT_IN_AN_ADDRESS}]+(?:@|%40)[^{NOT_IN_AN_ADDRESS}]+")


def without_addresses(words: str) -> str:
    """At most 500 characters; every address becomes "(address)", whoever's it is."""
    short = words[:READ_AT_MOST]
    if len(words) > READ_AT_MOST:
        short = short.rpartition(" ")[0]  # what was cut may have been an address
    printable = "".join(c if c.isprintable() else " " for c in short)
    return ADDRESS.sub("(address)", " ".join(printable.split()))[:LONGEST_WORDS]
