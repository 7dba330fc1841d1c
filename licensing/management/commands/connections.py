"""`manage.py connections …`: shops that tell this service what they sell, and what came in from them."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from contextlib import suppress
from datetime import timedelta
from getpass import getpass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from licensing.intake.hooks import connections
from licensing.intake.hooks.accept import LARGEST
from licensing.intake.hooks.events import NotConfirmable, confirm, replay, unsettled
from licensing.intake.shop import Shop
from licensing.intake.stores import KINDS
from licensing.keys.sources.fetch import Answer, BadAnswer, NoAnswer, send
from licensing.keys.sources.hosts import PORTS, NotAllowed, Target
from licensing.management.tables import store_named
from licensing.models import Connection, HookEvent

SHOWN: Final = 50  # events
LONGEST_SECRET: Final = 8_000  # characters that are read


class Command(BaseCommand):
    help = "Connects shops, and shows what came in. Secrets are typed, piped or in the environment, never arguments."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("show", help="all connections, without their addresses")
        add = actions.add_parser("add", help="connect a store; prints the address to paste into the shop")
        add.add_argument("store", metavar="STORE", help="its short name, see `stores show`")
        add.add_argument("name", metavar="NAME", help="for you to tell connections apart")
        add.add_argument("--test", action="store_true", help="all that comes in there is a test order")
        add_secret_options(add)
        for action, what in NAMED.items():
            named = actions.add_parser(action, help=what)
            named.add_argument("name", metavar="NAME", help="of the connection, or STORE/NAME")
            if action in ("secret", "api-key"):
                add_secret_options(named)
        actions.choices["secret"].add_argument(
            "--keep-former-hours",
            type=int,
            default=0,
            metavar="HOURS",
            help="how long what the former one signed is taken, too",
        )
        actions.choices["send"].add_argument("file", type=Path, metavar="FILE", help="the body of one")
        events = actions.add_parser("events", help=f"the latest {SHOWN} that came in")
        events.add_argument("--unsettled", action="store_true", help="only what waits for something")
        again = actions.add_parser("replay", help="have events told again")
        sure = actions.add_parser("confirm", help="say that events which nobody signed are true")
        for those in (again, sure):
            those.add_argument(
                "ids", type=UUID, nargs="+", metavar="ID", help="as `connections events` shows it"
            )

    def handle(self, *, action: str, **options: Any) -> None:
        if action in NAMED:
            options["connection"] = connection_named(options["name"])
        getattr(self, action.replace("-", "_"))(options)

    def show(self, options: dict[str, Any]) -> None:
        for each in Connection.objects.select_related("store").order_by("store__name", "name"):
            mode = ", test" if each.test else ""
            state = "" if each.active else ", switched off"
            heard = f"{each.heard_at:%Y-%m-%d %H:%M} UTC" if each.heard_at else "never"
            self.stdout.write(
                f"{each.store.name}/{each.name} ({each.store.kind}{mode}{state}): last heard {heard}, "
                f"{each.refusals} refused"
            )

    def add(self, options: dict[str, Any]) -> None:
        store = store_named(options["store"])
        shop = KINDS[store.kind]
        if not shop.notifies:
            raise CommandError(f"{shop.title} sends no notifications that this service reads.")
        secret = secret_of(shop, options)
        try:
            made = connections.connect(store=store, name=options["name"], test=options["test"], secret=secret)
        except connections.BadSecret as problem:
            raise CommandError(str(problem)) from None
        url = connections.address_of(made)
        for number, step in enumerate(shop.steps, start=1):
            self.stdout.write(f"{number}. {step.replace('{url}', url)}")
        if shop.secret_name and not secret:
            self.stdout.write(
                f"No secret is set yet ({shop.secret_name}): connections secret {options['name']}"
            )
        self.stdout.write(url)

    def address(self, options: dict[str, Any]) -> None:
        self.stdout.write(connections.address_of(options["connection"]))

    def secret(self, options: dict[str, Any]) -> None:
        hours = options["keep_former_hours"]
        if hours < 0:
            raise CommandError("Hours are a whole number, 0 or more.")
        try:
            connections.change_secret(
                options["connection"],
                secret=read_secret(options, "secret"),
                keep_former_for=timedelta(hours=hours),
                now=timezone.now(),
            )
        except connections.BadSecret as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"Changed. The former secret is good for {hours} more hours.")

    def api_key(self, options: dict[str, Any]) -> None:
        try:
            again = connections.set_api_key(options["connection"], api_key=read_secret(options, "API key"))
        except connections.BadSecret as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"Set. {again} notifications are looked at again.")

    def send(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                body = file.read(LARGEST + 1)
        except OSError as error:
            raise CommandError(f"{path.name} cannot be read: {error.strerror}.") from None
        answer = sent(options["connection"], body)
        self.stdout.write(f"{answer.status} {answer.content[:2000].decode('utf-8', 'replace').strip()}")

    def events(self, options: dict[str, Any]) -> None:
        found = unsettled() if options["unsettled"] else HookEvent.objects.all()
        for each in found.select_related("connection__store").order_by("-id")[:SHOWN]:
            self.stdout.write(
                f"{each.pk}  {each.received_at:%Y-%m-%d %H:%M}  {each.connection.store.name}/{each.connection.name}  "
                f"{each.kind or '-'}  {each.get_state_display()}. {each.reason}".rstrip()
            )

    def replay(self, options: dict[str, Any]) -> None:
        again = replay(HookEvent.objects.filter(pk__in=options["ids"]))
        if again < len(set(options["ids"])):
            self.stdout.write("Some are not known, or what they held has been dropped already.")
        self.stdout.write(f"{again} are told again within half a minute.")

    def confirm(self, options: dict[str, Any]) -> None:
        """One by one: what cannot be confirmed holds up no other."""
        ids, confirmed = set(options["ids"]), 0
        for event in HookEvent.objects.filter(pk__in=ids).order_by("id"):
            with suppress(NotConfirmable):
                confirm(event, now=timezone.now())
                confirmed += 1
        if confirmed < len(ids):
            self.stdout.write("Some are not known, or nothing of them waits to be confirmed.")
        self.stdout.write(f"{confirmed} confirmed; they are told again within half a minute.")


NAMED: Final = {
    "address": "print the secret address",
    "secret": "change what its notifications are signed with",
    "api-key": "set the key to the shop's API; an empty one takes it away",
    "send": "post a recorded body to the running service, signed as the shop would",
}


def add_secret_options(parser: ArgumentParser) -> None:
    from_where = parser.add_mutually_exclusive_group()
    from_where.add_argument("--secret-from-stdin", action="store_true", help="read the secret from a pipe")
    from_where.add_argument("--secret-env", default="", metavar="VARIABLE", help="the variable that holds it")


def given(options: dict[str, Any]) -> bool:
    return bool(options["secret_from_stdin"] or options["secret_env"])


def secret_of(shop: Shop, options: dict[str, Any]) -> str:
    """Asked for where the shop has one; one that signs nothing by it can be connected without, and told it later."""
    if shop.signed or given(options):
        return read_secret(options, "secret")
    return read_secret(options, shop.secret_name) if shop.secret_name and sys.stdin.isatty() else ""


def read_secret(options: dict[str, Any], what: str) -> str:
    """From a pipe, a variable, or typed without being shown."""
    if variable := options["secret_env"]:
        if variable not in os.environ:
            raise CommandError(f"There is no variable {variable} in the environment.")
        return os.environ[variable]
    if options["secret_from_stdin"]:
        return sys.stdin.read(LONGEST_SECRET)
    if not sys.stdin.isatty():
        raise CommandError(f"Say where the {what} is: --secret-from-stdin or --secret-env VARIABLE.")
    return getpass(f"{what[0].upper()}{what[1:]} (not shown): ")


def connection_named(name: str) -> Connection:
    store, slash, own = name.rpartition("/")
    found = Connection.objects.select_related("store").filter(name=own if slash else name)
    found = found.filter(store__name=store) if slash else found
    match list(found[:2]):
        case [connection]:
            return connection
        case []:
            raise CommandError(f"There is no connection {name!r}. `connections show` names them.")
        case _:
            raise CommandError(f"Several connections are called {name!r}: say which as STORE/NAME.")


def sent(connection: Connection, body: bytes) -> Answer:
    """What the service answers to this body, sent as the shop would send it now, over its public address."""
    now = timezone.now()
    secret = next(iter(connections.secrets_of(connection, now=now)), "")
    received = connections.shop_of(connection).sent(body, secret=secret, now=now)
    parts = urlsplit(connections.address_of(connection))
    target = Target(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=parts.port or PORTS[parts.scheme],
        path=parts.path + (f"?{received.query}" if received.query else ""),
        internal=True,  # our own service, mostly on this very machine
    )
    try:
        return send(
            target,
            method=received.method,
            body=received.body,
            headers=received.headers,
            seconds=30,
            longest=LARGEST,
            whom="The service",
        )
    except (NotAllowed, NoAnswer, BadAnswer) as problem:
        raise CommandError(f"{problem} Is the service running at {parts.scheme}://{parts.netloc}?") from None
