"""`manage.py connections …`: shops that tell this service what they sell, and what came in from them."""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandError
from django.db.models import Count
from django.utils import timezone

from licensing.console.event_words import outcome
from licensing.console.told_words import counted
from licensing.console.trials import CannotBeSigned, try_sample
from licensing.intake.allowed import MOST_NETWORKS, plain_network
from licensing.intake.hooks import connections
from licensing.intake.hooks.accept import LARGEST
from licensing.intake.hooks.events import NotConfirmable, confirm, replay, unsettled
from licensing.intake.shop import Shop
from licensing.intake.stores import KINDS
from licensing.management.connection_options import NAMED, SHOWN, add_options
from licensing.management.connection_sending import sent
from licensing.management.connection_words import event_in_full, event_line, in_a_line
from licensing.management.migrated import OnTables
from licensing.management.secrets_typed import first_secret, read_secret, signing_secret
from licensing.management.tables import store_named
from licensing.models import Connection, HookEvent

MOST_KEYS_PER_DAY: Final = 100_000
ONLY_THE_SHOP: Final = (
    "The sample could not be signed: the secret here only checks what the shop signs with a key of its own. "
    "Have the shop send a test notification."
)


class Command(OnTables):
    help = "Connects shops, and shows what came in. Secrets are typed, piped or in the environment, never arguments."
    only_shows = frozenset({"show"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_options(parser)

    def handle(self, *, action: str, **options: Any) -> None:
        if action in NAMED:
            options["connection"] = connection_named(options["name"])
        getattr(self, action.replace("-", "_"))(options)

    def show(self, options: dict[str, Any]) -> None:
        waiting = unsettled().order_by().values_list("connection").annotate(Count("pk"))
        unsettled_of = dict(waiting)
        for each in Connection.objects.select_related("store").order_by("store__name", "name"):
            self.stdout.write(in_a_line(each, unsettled=unsettled_of.get(each.pk, 0)))

    def add(self, options: dict[str, Any]) -> None:
        store = store_named(options["store"])
        shop = KINDS[store.kind]
        if not shop.notifies:
            raise CommandError(f"{shop.title} sends no notifications that this service reads.")
        secret = first_secret(shop, options)
        try:
            made = connections.connect(store=store, name=options["name"], test=options["test"], secret=secret)
        except connections.BadSecret as problem:
            raise CommandError(str(problem)) from None
        url = connections.address_of(made)
        for number, step in enumerate(shop.steps, start=1):
            self.stdout.write(f"{number}. {step.replace('{url}', url)}")
        self.next_commands(made, shop)
        self.stdout.write(url)

    def next_commands(self, made: Connection, shop: Shop) -> None:
        """What the steps call "at this connection", as commands."""
        name = f"{made.store.name}/{made.name}"
        if shop.secret_name and not made.sealed_secret:
            self.stdout.write(f"No secret is set yet ({shop.secret_name}): connections secret {name}")
        if shop.api_host:
            need = "It needs" if shop.needs_api_key else "It can have"
            self.stdout.write(f"{need} an API key ({shop.api_key_name}): connections api-key {name}")
        if shop.key_desk and not shop.signed:
            self.stdout.write(f"Nobody may ask for keys there yet: connections allow {name} NETWORK")

    def address(self, options: dict[str, Any]) -> None:
        self.stdout.write(connections.address_of(options["connection"]))

    def new_address(self, options: dict[str, Any]) -> None:
        url = connections.new_address(options["connection"])
        self.stdout.write("Paste this in the shop: the former address has stopped.")
        self.stdout.write(url)

    def secret(self, options: dict[str, Any]) -> None:
        connection, hours = options["connection"], options["keep_former_hours"]
        if hours < 0:
            raise CommandError("Hours are a whole number, 0 or more.")
        secret = signing_secret(connections.shop_of(connection), options)
        had_one = bool(connection.sealed_secret)
        try:
            connections.change_secret(
                connection, secret=secret, keep_former_for=timedelta(hours=hours), now=timezone.now()
            )
        except connections.BadSecret as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(changed(had_one, hours))

    def api_key(self, options: dict[str, Any]) -> None:
        connection = options["connection"]
        shop = connections.shop_of(connection)
        if not shop.api_host:
            raise CommandError(f"{shop.title} has no API that is asked. Nothing was changed.")
        api_key = read_secret(options, shop.api_key_name).strip()
        try:
            again = connections.set_api_key(connection, api_key=api_key)
        except connections.BadSecret as problem:
            raise CommandError(str(problem)) from None
        if not api_key:
            self.stdout.write("Taken away.")
        else:
            self.stdout.write(f"Set. To be looked at again: {counted(again, 'notification')}.")

    def allow(self, options: dict[str, Any]) -> None:
        connection = unsigned_desk(options["connection"])
        only: list[str] | None = options["only"]
        before = connection.allowed_networks.splitlines() if only is None else []
        try:
            more = [plain_network(each) for each in [*options["networks"], *(only or [])]]
        except ValueError as problem:
            raise CommandError(f"{problem} Nothing was changed.") from None
        networks = list(dict.fromkeys([*before, *more]))
        if len(networks) > MOST_NETWORKS:
            raise CommandError(f"These are more than {MOST_NETWORKS}. Nothing was changed.")
        connection.allowed_networks = "\n".join(networks)
        connection.save(update_fields=["allowed_networks"])
        self.stdout.write(connection.allowed_networks or "Nobody may ask for keys there.")

    def keys_per_day(self, options: dict[str, Any]) -> None:
        connection, number = unsigned_desk(options["connection"]), options["number"]
        if not 0 <= number <= MOST_KEYS_PER_DAY:
            raise CommandError(f"A whole number, 0 to {MOST_KEYS_PER_DAY:,}. Nothing was changed.")
        connection.keys_per_day = number
        connection.save(update_fields=["keys_per_day"])
        self.stdout.write(f"At most {counted(number, 'key')} in 24 hours.")

    def pause(self, options: dict[str, Any]) -> None:
        switch(options["connection"], active=False)
        self.stdout.write("Paused. What the shop sends is answered as if nothing were there.")

    def resume(self, options: dict[str, Any]) -> None:
        switch(options["connection"], active=True)
        self.stdout.write("It accepts what the shop sends, at the same address as before.")

    def test(self, options: dict[str, Any]) -> None:
        connection = options["connection"]
        shop = connections.shop_of(connection)
        if not shop.sample or (shop.secret_name and not connection.sealed_secret):
            raise CommandError(f"It needs its secret first: connections secret {options['name']}")
        try:
            events = try_sample(connection, now=timezone.now())
        except CannotBeSigned:
            raise CommandError(ONLY_THE_SHOP) from None
        for event in events:
            self.stdout.write(f"{event.pk}  {outcome(event)}")

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
        found = found.select_related("connection__store", "purchase").order_by("-id")
        if options["id"] is None:
            for each in found.defer("payload")[:SHOWN]:
                self.stdout.write(event_line(each))
            return
        event = HookEvent.objects.select_related("connection__store", "purchase").filter(pk=options["id"])
        if (one := event.first()) is None:
            raise CommandError("There is no such notification. `connections events` shows the latest.")
        for line in event_in_full(one):
            self.stdout.write(line)

    def replay(self, options: dict[str, Any]) -> None:
        again = replay(HookEvent.objects.filter(pk__in=options["ids"]))
        if again < len(set(options["ids"])):
            self.stdout.write("Some are not known, or what they held has been dropped already.")
        self.stdout.write(f"To be told again within half a minute: {counted(again, 'notification')}.")

    def confirm(self, options: dict[str, Any]) -> None:
        """One by one: what cannot be confirmed holds up no other."""
        ids, confirmed = set(options["ids"]), 0
        for event in HookEvent.objects.filter(pk__in=ids).order_by("id"):
            with suppress(NotConfirmable):
                confirm(event, now=timezone.now())
                confirmed += 1
        if confirmed < len(ids):
            self.stdout.write("Some are not known, or nothing of them waits to be confirmed.")
        self.stdout.write(f"{confirmed} confirmed; what was confirmed is told again within half a minute.")


def changed(had_one: bool, hours: int) -> str:
    if not had_one:
        return "Set."
    if not hours:
        return "Changed. The former secret is not accepted any more."
    return f"Changed. The former secret is accepted for {counted(hours, 'more hour')}."


def unsigned_desk(connection: Connection) -> Connection:
    """The same, if who may ask for keys is told by addresses there. Raises `CommandError`."""
    shop = connections.shop_of(connection)
    if shop.key_desk is None:
        raise CommandError(f"{shop.title} asks for no keys. Nothing was changed.")
    if shop.signed:
        raise CommandError(
            f"{shop.title} signs what it sends: nobody has to be allowed. Nothing was changed."
        )
    return connection


def switch(connection: Connection, *, active: bool) -> None:
    connection.active = active
    connection.save(update_fields=["active"])


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
