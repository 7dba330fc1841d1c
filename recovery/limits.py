"""Every limit, in one table, with its reason. Counted in the database, so that losing Redis opens nothing.

A use is counted in the minute it happens, and counts until that whole minute is older than the period: never more
than `uses` in any `period`, at the price of up to a minute's patience.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from licensing.addresses import for_limits, network_of, wider_network_of
from recovery.models import Allowance
from recovery.tokens import counting_digest

MINUTE = 60


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


def network_digest(ip: str) -> bytes:
    return counting_digest("network", network_of(ip))


def wider_network_digest(ip: str) -> bytes:
    return counting_digest("wider-network", wider_network_of(ip))


def take(limit: Limit, subject: bytes, *, now: datetime) -> bool:
    """Use the limit once for the subject, if it is not used up; atomic against everybody else."""
    return take_each(limit, [subject], now=now)[0]


def take_each(limit: Limit, subjects: Sequence[bytes], *, now: datetime) -> list[bool]:
    """Use the limit once for each subject in turn (a subject may stand there twice); whether each was allowed."""
    with transaction.atomic():
        rows = lock_rows(limit, sorted(set(subjects)))
        allowed = [use(rows[subject], limit, now=now) for subject in subjects]
        write_rows(limit, rows, now=now)
    return allowed


def write_rows(limit: Limit, rows: dict[bytes, Allowance], *, now: datetime) -> None:
    """As an upsert of rows that are there: Django's bulk_update takes ten times as long to put together."""
    counted = [
        Allowance(limit=limit.name, subject=each, recent=row.recent, touched_at=now)
        for each, row in rows.items()
    ]
    Allowance.objects.bulk_create(
        counted,
        update_conflicts=True,
        unique_fields=["limit", "subject"],
        update_fields=["recent", "touched_at"],
    )


def lock_rows(limit: Limit, subjects: list[bytes]) -> dict[bytes, Allowance]:
    """The counters of these subjects, made where missing and locked in one order, so that nobody deadlocks."""
    Allowance.objects.bulk_create(
        [Allowance(limit=limit.name, subject=subject) for subject in subjects], ignore_conflicts=True
    )
    rows = Allowance.objects.filter(limit=limit.name, subject__in=subjects).order_by("subject")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    return {bytes(row.subject): row for row in rows}


def use(row: Allowance, limit: Limit, *, now: datetime) -> bool:
    minute = int(now.timestamp()) // MINUTE
    oldest = minute - int(limit.period.total_seconds()) // MINUTE
    row.recent = [[at, count] for at, count in row.recent if at >= oldest]
    if sum(count for _, count in row.recent) >= limit.uses:
        return False
    if row.recent and row.recent[-1][0] == minute:
        row.recent[-1][1] += 1
    else:
        row.recent.append([minute, 1])
    return True
