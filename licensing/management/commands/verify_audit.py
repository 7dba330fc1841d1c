"""`manage.py verify_audit`: proves that the audit trail is as it was written."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from licensing.audit.chain import KEY, chain
from licensing.audit.proof import Head, Proof, verify
from licensing.keys.stored import stored_key


def a_head(text: str) -> Head:
    number, _, digest = text.strip().partition(":")
    try:
        return Head(int(number), bytes.fromhex(digest))
    except ValueError:
        raise ArgumentTypeError("must look like 1234:9f86d0…, as this command prints it") from None


class Command(BaseCommand):
    help = "Proves that nothing in the audit trail was changed, removed or put between. Exit code 1 if something was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect",
            type=a_head,
            metavar="NUMBER:DIGEST",
            help="a head that was printed or logged before: it must still be in the chain",
        )
        parser.add_argument(
            "--show-key", action="store_true", help="print the chain's key, for an auditor with an export"
        )

    def handle(self, *, expect: Head | None, show_key: bool, **_: Any) -> None:
        chain()
        proof = verify(expected=expect)
        if proof.problems:
            raise CommandError("\n".join(["The audit trail is not as it was written.", *proof.problems]))
        self.stdout.writelines(f"{line}\n" for line in in_words(proof))
        if show_key:
            self.stdout.write(f"Key of the chain: {stored_key(KEY).hex()}")


def in_words(proof: Proof) -> list[str]:
    words = [f"The audit trail is as it was written: {proof.head.number:,} entries."]
    if proof.erased:
        words.append(f"What {proof.erased:,} of them say was erased with the customer, or with its month.")
    return [*words, f"Head: {proof.head}"]
