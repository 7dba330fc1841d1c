"""`manage.py mailboxes show|lift|pauses`: why a mailbox gets no mail, and letting it get some."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core.management.base import CommandError
from django.utils import timezone

from licensing.addresses import AddressError
from licensing.audit.commands import RecordedCommand
from licensing.models import EmailAddress
from recovery.journeys.blocks import (
    Standing,
    lift,
    mutes_of,
    pauses,
    pauses_of,
    resume,
    standing_of,
    suppressions_of,
)
from recovery.limits import MAILBOX, Limit, Room, overall
from recovery.models import DomainPause, Message, Withheld

BLOCKS: Final = ("mute", "suppression", "pause")


class Command(RecordedCommand):
    help = "Tells support what keeps mail from a mailbox, and lifts it."
    only_shows = frozenset({"pauses"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        show = actions.add_parser("show", help="what is on file about mail to an address")
        show.add_argument("whose", metavar="ADDRESS")
        lifting = actions.add_parser("lift", help="let mail go there again")
        lifting.add_argument("block", choices=BLOCKS)
        lifting.add_argument("whose", metavar="ADDRESS", help="for a pause: the domain")
        lifting.add_argument("--reason", default="", help="why; stands in the log")
        lifting.add_argument("--by", default=login_name(), metavar="NAME", help="who; stands in the log")
        actions.add_parser("pauses", help="the domains to which no mail goes now")

    def handle(self, *, action: str, **options: Any) -> None:
        now = timezone.now()
        try:
            if action == "show":
                self.stdout.writelines(
                    f"{line}\n" for line in told(standing_of(options["whose"], now=now), now=now)
                )
            elif action == "lift":
                self.lift(options["block"], options["whose"], options["by"], options["reason"], now)
            else:
                found = [paused(each) for each in pauses(now=now)]
                self.stdout.write("\n".join(found or ["Mail goes to all domains: none is paused."]))
        except AddressError as error:
            raise CommandError(error.message) from None

    def lift(self, block: str, whose: str, by: str, reason: str, now: datetime) -> None:
        if block == "pause":
            lifted = resume(pauses_of(whose, now=now), now=now, by=by, reason=reason)
        else:
            blocks = mutes_of(whose) if block == "mute" else suppressions_of(whose)
            lifted = lift(blocks, now=now, by=by, reason=reason)
        if not lifted:
            raise CommandError(f"There is nothing to lift: no {block} is in force there.")
        what = "What waited goes out now" if block == "pause" else "Mail asked for from now on goes there"
        self.stdout.write(f"Lifted. {what}.")


def login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return ""


def told(standing: Standing, *, now: datetime) -> Iterator[str]:
    yield of_address(standing.filed)
    if mute := standing.mute:
        since, until = moment(mute.created_at), moment(mute.until)
        why = f"by {mute.by} of support" if mute.by else "its reader said “that wasn’t me”, or complained"
        yield f"Muted since {since}, until {until}: {why}."
    if dead := standing.suppression:
        yield f"There is no such mailbox, its server said {moment(dead.created_at)}: {dead.reply or '–'}"
    if standing.pause:
        yield paused(standing.pause)
    if not standing.room.allowed:
        yield used_up(MAILBOX, standing.room, "to this mailbox", now=now)
    if not standing.room_of_all.allowed:
        yield used_up(overall(), standing.room_of_all, "to everybody (MAILS_PER_HOUR)", now=now)
    if not (standing.room.allowed and standing.room_of_all.allowed):
        yield from sooner(standing)
    if standing.is_open:
        yield "Nothing keeps mail from this mailbox."
    yield "The last mails to it:" if standing.mails else "No mail to it is remembered."
    yield from map(of_mail, standing.mails)


def of_address(filed: EmailAddress | None) -> str:
    if filed is None:
        return "Nothing is filed under this address."
    return (
        "A former address of a customer: no keys go there."
        if filed.former_since
        else "The address of a customer."
    )


def paused(pause: DomainPause) -> str:
    return f"Mail to {pause.domain} is paused until {moment(pause.until)}: {pause.reply or '–'}"


def used_up(limit: Limit, room: Room, what: str, *, now: datetime) -> str:
    again = moment(now + timedelta(seconds=room.seconds))
    mails = "1 mail" if limit.uses == 1 else f"{limit.uses} mails"
    return f"{mails} {what} in the last hour, as many as are allowed; the next one from {again}."


def sooner(standing: Standing) -> Iterator[str]:
    """What is not counted there."""
    if standing.is_served:
        yield "Sooner: on the customer’s page in the console, press “Send the keys” or “Send a fresh link”."
    if standing.room_of_all.allowed:
        yield "Also sooner: the link in a mail that came earlier; when it is too old, it offers a fresh one."


def of_mail(mail: Message) -> str:
    why = f" ({Withheld(mail.withheld_because).label})" if mail.withheld_because else ""
    words = f": {mail.reply}" if mail.reply else ""
    return f"  {moment(mail.created_at)}  {mail.get_kind_display()}: {mail.get_state_display()}{why}{words}"


def moment(of: datetime) -> str:
    return f"{of.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
