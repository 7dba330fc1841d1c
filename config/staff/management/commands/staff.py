"""Who may sign in to the console: add, list, reset, disable, enable. The links it prints are secrets, told once."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.utils import timezone

from config.staff import accounts, sessions
from config.staff.proof import has_factor
from config.staff.roles import Role, role_of
from licensing.audit.commands import BY, RecordedCommand


class Command(RecordedCommand):
    help = "The accounts of the console."
    only_shows = frozenset({"list"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        add = deeds.add_parser("add", help="make an account and print its invitation")
        add.add_argument("name")
        add.add_argument("--email", required=True)
        role = add.add_mutually_exclusive_group()
        role.add_argument("--role", choices=[each.value for each in Role], default=Role.AGENT.value)
        role.add_argument(
            "--administrator", action="store_const", const=Role.ADMINISTRATOR.value, dest="role"
        )
        deeds.add_parser("list", help="everybody with an account")
        for deed, words in (
            ("reset", "a new invitation; password, second factors and sessions are gone"),
            ("disable", "nobody gets in with this account any more"),
            ("enable", "open it again, with a new invitation"),
        ):
            deeds.add_parser(deed, help=words).add_argument("name")

    def handle(self, *, deed: str, **options: Any) -> None:
        try:
            getattr(self, deed)(now=timezone.now(), **options)
        except accounts.Refused as refusal:
            raise CommandError(str(refusal)) from None

    def add(self, *, name: str, email: str, role: str, now: datetime, **_: Any) -> None:
        _user, link = accounts.add(name=name, email=email, role=Role(role), by=BY, now=now)
        self.say(link)

    def list(self, *, now: datetime, **_: Any) -> None:
        for user in accounts.people():
            self.stdout.write("\t".join([user.username, user.email, role_of(user), state_of(user, now=now)]))

    def reset(self, *, name: str, now: datetime, **_: Any) -> None:
        self.say(accounts.renew(named(name), by=BY, now=now))

    def disable(self, *, name: str, now: datetime, **_: Any) -> None:
        accounts.disable(named(name), by=BY, now=now)

    def enable(self, *, name: str, now: datetime, **_: Any) -> None:
        self.say(accounts.enable(named(name), by=BY, now=now))

    def say(self, link: str) -> None:
        self.stdout.write(link)
        self.stdout.write(
            "Good for 24 hours and for one use. Give it to its owner only; it is not shown again."
        )


def named(name: str) -> User:
    user = accounts.people().filter(username=name).first()
    if not user:
        raise CommandError(f"There is no account named {name}.")
    return user


def state_of(user: User, *, now: datetime) -> str:
    if not user.is_active:
        return "disabled"
    if not has_factor(user):
        return "invited"
    count = sessions.open_of(user, now=now).count()
    return f"{count} signed in" if count else "signed out"
