"""Secrets for commands: typed without being shown, from a pipe or from a variable, and never an argument."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any, Final

from django.core.management.base import CommandError

from licensing.intake.shop import Shop

LONGEST_SECRET: Final = 8_000  # characters that are read
EMPTY: Final = "The secret is empty. Nothing was changed."


def add_secret_options(parser: ArgumentParser) -> None:
    from_where = parser.add_mutually_exclusive_group()
    from_where.add_argument("--secret-from-stdin", action="store_true", help="read the secret from a pipe")
    from_where.add_argument("--secret-env", default="", metavar="VARIABLE", help="the variable that holds it")


def given(options: dict[str, Any]) -> bool:
    return bool(options["secret_from_stdin"] or options["secret_env"])


def first_secret(shop: Shop, options: dict[str, Any]) -> str:
    """For a new connection. Some shops show theirs only once they know the address: none at all is set later.

    Raises `CommandError` for an empty one that was piped: whoever pipes one means to set it.
    """
    if given(options):
        return signing_secret(shop, options)
    if options["secret_later"] or not shop.secret_name:
        return ""
    if shop.signed or sys.stdin.isatty():
        return read_secret(options, f"{shop.secret_name}, empty if you have none yet").strip()
    return ""


def signing_secret(shop: Shop, options: dict[str, Any]) -> str:
    """Raises `CommandError` for an empty one of a shop that signs: nothing that it sends would be accepted."""
    secret = read_secret(options, shop.secret_name or "secret").strip()
    if shop.signed and not secret:
        raise CommandError(EMPTY)
    return secret


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
