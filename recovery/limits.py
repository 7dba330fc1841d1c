"""Every limit, in one table, with its reason. Counted in the database, so that losing Redis opens nothing.

A use is counted in the minute it happens, and counts until that whole minute is older than the period: never more
than `uses` in any `period`, at the price of up to a minute's patience.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from licensing.addresses import for_limits, network_of, wider_network_of
from recovery.models import Allowance
from recovery.tokens import counting_digest

MINUTE = 60

# Works alike on PostgreSQL and SQLite. An existing row is written in any case, which is what locks it.
INSERT: Final = 'INSERT INTO recovery_allowance ("limit", subject, recent, touched_at) VALUES'
KEEP: Final = """ON CONFLICT ("limit", subject) DO UPDATE SET touched_at = excluded.touched_at
RETURNING "limit", subject, recent"""
SET: Final = """ON CONFLICT ("limit", subject) DO UPDATE SET recent = excluded.recent, touched_at = excluded.touched_at
RETURNING "limit", subject, recent"""

Counter = tuple[str, bytes]  # a limit's name and a subject
Recent = list[list[int]]  # [minute, uses in it], oldest first


@dataclass(frozen=True)
class Limit:
    """At most `uses` in any `period` by one subject."""

    name: str
    uses: int
    period: timedelta


HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# A person who mistypes or cannot find the mail asks two or three times; a fourth mail helps nobody, a flood hurts.
MAILBOX = Limit("mailbox", 3, HOUR)
# Asked through a link in a mail of ours, so by somebody who reads the mailbox: strangers cannot use this one up.
MAILBOX_BY_LINK = Limit("mailbox_by_link", 3, HOUR)
# A school or an office shares one address; a machine that mails strangers wants hundreds.
NETWORK = Limit("network", 40, HOUR)
# 40 bits of code, 5 tries a challenge: 50 guesses a day find one of a trillion codes in sixty million years.
CODES = Limit("codes", 50, DAY)


def wider_network() -> Limit:
    """Who holds an IPv6 /48 or an IPv4 /16 has 256 networks: one such holder gets a tenth of everybody's share, so
    that customers elsewhere still get theirs; and never less than a single network does."""
    return Limit("wider_network", max(NETWORK.uses, settings.MAILS_PER_HOUR // 10), HOUR)


# Proofs of one new mailbox, each of which takes a person's time at support; a mistyped order needs a second one.
CLAIMS = Limit("claims", 3, DAY)
# Mails that support sends one customer, whatever strangers asked for: enough for a call in which nothing arrives, too
# few to harass anybody.
SUPPORT_MAILS = Limit("support_mails", 8, HOUR)


# A customer who proved a mailbox and writes to support; more than that is no conversation any more.
QUESTIONS = Limit("questions", 10, DAY)

# Trying a text out takes a few mails to oneself; a machine that presses the button is stopped.
TESTS = Limit("tests", 20, HOUR)

# Everything that is held of somebody is read and written out; who wants it more often wants something else.
EXPORTS = Limit("exports", 10, DAY)

# An application asks when it starts, and an office of a hundred shares one address; guessing needs millions.
CHECKS = Limit("checks", 300, HOUR)


def wider_checks() -> Limit:
    """The same for who holds an IPv6 /48 or an IPv4 /16."""
    return Limit("wider_checks", 10 * CHECKS.uses, HOUR)


# A refused upload names one code that another edition has. Who takes the wrong file does so a few times; who tries out
# which codes there are does it all day.
CODES_ELSEWHERE = Limit("codes_elsewhere", 20, DAY)


def overall() -> Limit:
    """The service is nobody's mail cannon, whatever the number of networks; the vendor knows its own traffic."""
    return Limit("overall", settings.MAILS_PER_HOUR, HOUR)


EVERYBODY = b"everybody"


def mailbox_digest(canonical: str) -> bytes:
    """One mailbox, for counting: plus suffixes and dots in the local part do not make it another."""
    return counting_digest("mailbox", for_limits(canonical))


def address_digest(canonical: str) -> bytes:
    """One address, exactly, for mutes and dead mailboxes."""
    return counting_digest("address", canonical)


def customer_digest(customer_id: UUID) -> bytes:
    return counting_digest("customer", str(customer_id))


def staff_digest(person: int) -> bytes:
    return counting_digest("staff", str(person))


def api_key_digest(key_id: UUID) -> bytes:
    return counting_digest("api-key", str(key_id))


def network_digest(ip: str) -> bytes:
    return counting_digest("network", network_of(ip))


def wider_network_digest(ip: str) -> bytes:
    return counting_digest("wider-network", wider_network_of(ip))


def take(limit: Limit, subject: bytes, *, now: datetime) -> bool:
    """Use the limit once for the subject, if it is not used up; atomic against everybody else."""
    with transaction.atomic():
        counters = Counters([(limit, subject)], now=now)
        allowed = counters.take(limit, subject)
        counters.write()
    return allowed


@dataclass(frozen=True)
class Room:
    """What is left of a limit: `uses` more now, and all of them again in `seconds` at the latest."""

    allowed: bool
    uses: int
    seconds: int


def take_each(uses: list[tuple[Limit, bytes]], *, now: datetime) -> Room:
    """Use each of the limits once, up to the first that is used up; what is left of the first of them."""
    with transaction.atomic():
        counters = Counters(uses, now=now)
        allowed = all(counters.take(limit, subject) for limit, subject in uses)
        counters.write()
    limit, subject = uses[0]
    return room_of(limit, counters.recent[limit.name, subject], allowed=allowed, now=now)


def look(limit: Limit, subject: bytes, *, now: datetime) -> Room:
    """What is left of the limit. It is not used, and nobody is kept from using it meanwhile."""
    found = Allowance.objects.filter(limit=limit.name, subject=subject).values_list("recent", flat=True)
    recent = counted(limit, found.first() or [], now=now)
    return room_of(limit, recent, allowed=sum(count for _, count in recent) < limit.uses, now=now)


def room_of(limit: Limit, recent: Recent, *, allowed: bool, now: datetime) -> Room:
    oldest = recent[0][0] * MINUTE if recent else int(now.timestamp())
    again = oldest + MINUTE + int(limit.period.total_seconds()) - int(now.timestamp())
    return Room(allowed, max(0, limit.uses - sum(count for _, count in recent)), max(1, again))


def counted(limit: Limit, recent: Recent, *, now: datetime) -> Recent:
    """What still counts of it."""
    oldest = int(now.timestamp()) // MINUTE - int(limit.period.total_seconds()) // MINUTE
    return [each for each in recent if each[0] >= oldest]


class Counters:
    """The counters of some limits and subjects, the others' until this transaction ends.

    Written in one statement each way, however many they are: a rush is counted in batches.
    """

    def __init__(self, uses: Iterable[tuple[Limit, bytes]], *, now: datetime) -> None:
        self.now = now
        self.recent = locked(((limit.name, subject) for limit, subject in uses), now=now)
        self.taken: set[Counter] = set()

    def take(self, limit: Limit, subject: bytes) -> bool:
        """Use the limit once for the subject, if it is not used up. Call `write` when all is taken."""
        counter = limit.name, subject
        minute = int(self.now.timestamp()) // MINUTE
        recent = self.recent[counter] = counted(limit, self.recent[counter], now=self.now)
        if sum(count for _, count in recent) >= limit.uses:
            return False
        if recent and recent[-1][0] == minute:
            recent[-1][1] += 1
        else:
            recent.append([minute, 1])
        self.taken.add(counter)
        return True

    def write(self) -> None:
        insert(sorted((*each, json.dumps(self.recent[each])) for each in self.taken), SET, now=self.now)


def locked(counters: Iterable[Counter], *, now: datetime) -> dict[Counter, Recent]:
    """What is counted, made where missing and locked in one order, so that nobody deadlocks."""
    rows = insert([(*each, "[]") for each in sorted(set(counters))], KEEP, now=now)
    return {(name, bytes(subject)): json.loads(recent) for name, subject, recent in rows}


def insert(
    rows: list[tuple[str, bytes, str]], conflict: str, *, now: datetime
) -> list[tuple[str, bytes, str]]:
    """Counters as rows, and what then stands there. By hand: the ORM takes three statements and ten times as long."""
    if not rows:
        return []
    stamp = connection.ops.adapt_datetimefield_value(now)
    places = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(f"{INSERT} {places} {conflict}", [value for row in rows for value in (*row, stamp)])
        found: list[tuple[str, bytes, str]] = cursor.fetchall()
    return found
