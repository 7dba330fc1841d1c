"""`manage.py signing_key`: the keys that license documents and the list of retired codes are signed with."""

from __future__ import annotations

import base64
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from licensing.audit.commands import RecordedCommand
from licensing.keys.signing import new_signing_key, withdraw
from licensing.models import SigningKey, SigningPurpose


class Command(RecordedCommand):
    help = (
        "The Ed25519 keys of this service. `new` makes one; `list` prints the public halves that your applications "
        "need; `withdraw NAME` ends one. The oldest in use signs. To rotate: make a new one, ship its public half in "
        "your applications beside the old one, then withdraw the old one."
    )
    only_shows = frozenset({"list"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", nargs="?", choices=["new", "list", "withdraw"], default="list")
        parser.add_argument("name", nargs="?", help="The key to withdraw.")
        parser.add_argument(
            "--purpose", choices=SigningPurpose.values, help="What it signs: licenses or retired."
        )

    def handle(self, *, action: str, name: str | None, purpose: str | None, **options: Any) -> None:
        if action == "new":
            self.tell(new_signing_key(purpose or SigningPurpose.LICENSES))
        elif action == "withdraw":
            self.withdraw(name)
        else:
            self.list(purpose)

    def withdraw(self, name: str | None) -> None:
        if not name or not withdraw(name, now=timezone.now()):
            raise CommandError(
                f"There is no key {name or 'without a name'} in use. `signing_key list` names them."
            )
        self.stdout.write(
            f"{name} signs no more. Applications accept what it signed until they no longer know it."
        )

    def list(self, purpose: str | None) -> None:
        keys = SigningKey.objects.filter(purpose=purpose) if purpose else SigningKey.objects.all()
        for key in keys:
            self.tell(key)
        if not keys:
            self.stdout.write("There is none yet. `signing_key new --purpose licenses` makes one.")

    def tell(self, key: SigningKey) -> None:
        state = (
            f"withdrawn {key.withdrawn_at:%Y-%m-%d}"
            if key.withdrawn_at
            else f"since {key.created_at:%Y-%m-%d}"
        )
        public = base64.b64encode(bytes(key.public)).decode()
        self.stdout.write(f"{key.name}  {key.purpose:<8}  {public}  {state}")
