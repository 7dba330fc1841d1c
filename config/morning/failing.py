"""Mails that were refused lately, by receiving domain, with the server's own words where they say the same."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from licensing.console.cells import list_of, moment
from recovery.admin.mail_filters import failed
from recovery.models import Message

LOOKED_AT: Final = 500  # the newest; with more than that refused, a few domains stand out all the same
SHOWN: Final = 8
WORDS: Final = 3  # different ones of one domain
LONGEST: Final = 90  # characters of a server's words
VARYING: Final = re.compile(
    r"<?\(address\)>?|\S*(?:https?:|@)\S*|(?<![\d.])\S*\d\S*"
)  # addresses, queue ids, times
CODES: Final = re.compile(r"^(\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?)[ -]*(.*)$", re.DOTALL)
EMPTIED: Final = re.compile(r"[<(\[{]\s*[>)\]}]\s*:?|\s+")


@dataclass(frozen=True)
class Failing:
    domain: str
    count: int
    latest: datetime
    words: list[tuple[str, int]]
    now: datetime
    of_newest: int  # as many of all refused mails were counted; 0: all of them

    @property
    def address(self) -> str:
        return list_of(Message, failed="lately", domain=self.domain)

    @property
    def age(self) -> str:
        return moment(self.latest, now=self.now)


def failing(*, now: datetime) -> list[Failing]:
    """The domains with the most refused mails. One query."""
    rows = failed(now=now).filter(request__isnull=False).order_by("-pk")
    found = list(rows.values_list("request__address", "reply", "created_at")[: LOOKED_AT + 1])
    of_newest = LOOKED_AT if len(found) > LOOKED_AT else 0
    words: dict[str, Counter[str]] = defaultdict(Counter)
    latest: dict[str, datetime] = {}
    for address, reply, at in found[:LOOKED_AT]:
        domain = address.rpartition("@")[2]
        words[domain][gist(reply)] += 1
        latest.setdefault(domain, at)
    most = sorted(words, key=lambda domain: (-words[domain].total(), domain))[:SHOWN]
    return [
        Failing(each, words[each].total(), latest[each], words[each].most_common(WORDS), now, of_newest)
        for each in most
    ]


def gist(reply: str) -> str:
    """A server's words without what differs from mail to mail: codes stay, ids and addresses go."""
    match = CODES.match(reply.strip())
    code, text = match.groups() if match else ("", reply)
    kept = " ".join(EMPTIED.sub(" ", VARYING.sub(" ", text)).split()).strip(" ,;:-")
    words = f"{code} {kept}".strip()
    return (words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…") or "no words"
