"""`manage.py moves`: what support decides about moves, where there is no console."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from licensing.addresses import AddressError, canonical
from licensing.audit.commands import RecordedCommand
from licensing.keys.code import mask
from licensing.models import License
from recovery.errors import ExchangeRefused, RecoveryError
from recovery.exchange.begin import LONGEST_TEXT
from recovery.exchange.facts import Unit, movable, units_of
from recovery.journeys import exchange_support as support
from recovery.management.commands.mailboxes import login_name
from recovery.models import Exchange, ExchangeState
from recovery.templatetags.move_words import REASONS, why_not

LONGEST_REASON: Final = 300  # characters, as the column
TROUBLES: Final = {
    "no_such_license": "There is no such license or move, or the product does not exist for that platform.",
    "not_running": "It was decided, done or cancelled meanwhile. Nothing was changed.",
    "cannot_undo": "It can no longer be undone: its grace period is over, or the license went on. Nothing was changed.",
    "reason_needed": "This needs a reason (--reason): it is recorded, and of a declined move the customer reads it.",
    "out_of_stock": "There is no other code to give. The old one stays as it is.",
    "stale": "Something else happened to the license at the same moment. Nothing was changed.",
}


class Command(RecordedCommand):
    help = (
        "Shows the moves that wait for support, and decides them; moves or replaces on a customer's behalf."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="what is asked for, and what waits for a key")
        owned = actions.add_parser(
            "licenses", help="the licenses of a customer, with their ids and where they may move"
        )
        owned.add_argument("whose", metavar="ADDRESS")
        for name, what in (("approve", "do it"), ("decline", "do not; the customer reads the reason")):
            decide(actions.add_parser(name, help=what), "MOVE")
        decide(actions.add_parser("ask", help="ask the customer back; --reason is the question"), "MOVE")
        decide(actions.add_parser("undo", help="within the grace period"), "MOVE")
        decide(actions.add_parser("cancel", help="what is asked for, or waits"), "MOVE")
        do = actions.add_parser(
            "do", help="move a license on its owner's behalf; beyond the rules with a reason"
        )
        decide(do, "LICENSE")
        do.add_argument("platform", choices=["windows", "macos", "linux"])
        decide(actions.add_parser("replace", help="another code for one that leaked, at once"), "LICENSE")

    def handle(self, *, action: str, **options: Any) -> None:
        try:
            if action == "list":
                self.stdout.writelines(f"{line}\n" for line in queue())
            elif action == "licenses":
                self.stdout.writelines(f"{line}\n" for line in licenses(options["whose"]))
            else:
                self.stdout.write(said(act(action, **options)))
        except AddressError as error:
            raise CommandError(error.message) from None
        except ExchangeRefused as refused:
            raise CommandError(f"{why_not(refused.decision)} Nothing was changed.") from None
        except RecoveryError as error:
            raise CommandError(TROUBLES[error.code]) from None


def decide(parser: ArgumentParser, what: str) -> None:
    parser.add_argument("which", metavar=what, type=UUID, help="its id")
    parser.add_argument("--reason", default="")
    parser.add_argument("--by", default=login_name(), metavar="NAME", help="who; it is recorded")


def act(action: str, *, which: UUID, by: str, reason: str, platform: str = "", **_: Any) -> Exchange:
    now, longest = timezone.now(), LONGEST_TEXT if action in ("decline", "ask") else LONGEST_REASON
    if len(reason) > longest:
        raise CommandError(f"The reason is longer than {longest} characters. Nothing was changed.")
    match action:
        case "approve":
            return support.approve(which, by=by, reason=reason, now=now)
        case "decline":
            return support.decline(which, by=by, reason=reason, now=now)
        case "ask":
            return support.ask_back(which, by=by, text=reason)
        case "undo":
            return support.undo_for(which, by=by, now=now)
        case "cancel":
            return support.cancel_for(which, by=by, now=now)
        case "do":
            return support.move_for(which, platform=platform, by=by, reason=reason, now=now)
        case _:
            return support.replace_leaked(which, by=by, reason=reason, now=now)


def said(exchange: Exchange) -> str:
    state = f"{exchange.pk}: {exchange.get_state_display()}."
    if exchange.state in (ExchangeState.CANCELLED, ExchangeState.WAITING):
        return f"{state} No mail goes to the customer now."
    return f"{state} The customer gets a mail about it."


def queue() -> Iterator[str]:
    running = Exchange.objects.running().select_related(
        "from_edition__product", "to_edition__product", "license__owner"
    )
    for exchange in running.prefetch_related("notes").order_by("id"):
        yield f"{exchange.pk}  {exchange.asked_at:%Y-%m-%d %H:%M}  {exchange.get_state_display()}"
        yield f"    {exchange.from_edition} to {exchange.to_edition.get_platform_display()}"
        yield f"    {whose(exchange)}, license {exchange.license_id}"
        if rule := REASONS.get(exchange.policy.get("rule", "")):
            yield f"    {rule}"
        for note in exchange.notes.all():
            yield f"    {note.get_author_display()}: {' '.join(note.text.split())}"
    if not running.exists():
        yield "Nothing is asked for, and nobody waits."


def whose(exchange: Exchange) -> str:
    owner = exchange.license.owner
    address = owner.addresses.current().order_by("-id").first() if owner else None
    return " ".join(
        filter(None, (owner.full_name if owner else "nobody's", f"<{address}>" if address else ""))
    )


def licenses(typed: str) -> Iterator[str]:
    owner = canonical(typed, smtputf8=settings.SMTPUTF8)
    owned = License.objects.filter(owner__addresses__canonical=owner, owner__addresses__former_since=None)
    units = units_of(movable(owned.order_by("id")), now=timezone.now())
    for unit in units:
        yield f"{unit.license.pk}  {unit.license.edition}, {key_of(unit)}"
        yield f"    {outlook(unit)}"
    if not units:
        yield "No license is filed under this address."


def key_of(unit: Unit) -> str:
    if unit.assignment is None:
        return "no key"
    return unit.assignment.key.file_name or mask(unit.assignment.key.tail)


def outlook(unit: Unit) -> str:
    if not unit.decision.allowed:
        return why_not(unit.decision)
    return "May move to " + ", ".join(each.get_platform_display() for each in unit.targets) + "."
