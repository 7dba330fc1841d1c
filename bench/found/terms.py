"""What support types, of each kind: as it is found, as it is common, as it is not there."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final

from django.db import connection

from licensing.keys.sources.pattern import ALPHABET
from licensing.models import Customer, Edition, EmailAddress, License
from tests import factories

FEW: Final = 30

Term = Callable[[random.Random], str]


def known_codes(edition: Edition) -> list[str]:
    """Codes of keys that really open, with an owner each, beside those that were only filled in."""
    codes = [f"F1ND-{number:04}-M3ME-{number * 7:04}" for number in range(FEW)]
    factories.owner_of("known@codes.example", codes=codes, edition=edition)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE licensing_registrationkey")
    return codes


def some(rows: int, choice: random.Random, model: Any, column: str) -> str:
    """The value in some row: ids are made from numbers, and any of them is a place to begin."""
    first = model.objects.order_by("pk").values_list("pk", flat=True)[0]
    near = type(first)(int=first.int + (choice.randrange(rows) << 80))
    return str(model.objects.filter(pk__gte=near).order_by("pk").values_list(column, flat=True)[0])


def kinds(rows: int, *, codes: list[str]) -> dict[str, Term]:
    def address(choice: random.Random) -> str:
        return some(rows - 10, choice, EmailAddress, "canonical")

    def name(choice: random.Random) -> str:
        return some(rows - 10, choice, Customer, "full_name")

    return {
        "whole address": address,
        "part of an address": lambda choice: address(choice)[2:-6],
        "full name": name,
        "full name, family name first": lambda choice: ", ".join(reversed(name(choice).split(" "))),
        "family name": lambda choice: name(choice).rpartition(" ")[2],
        "order": lambda choice: f"gr-{choice.randrange(1, rows)}",
        "transaction": lambda choice: f"txn_{choice.randrange(1, rows)}",
        "code": lambda choice: choice.choice(codes).lower().replace("-", " "),
        "end of a code": lambda choice: "".join(choice.choices(ALPHABET, k=4)),
        "id of a license": lambda choice: some(rows - 10, choice, License, "pk"),
        "common: gmail.com": lambda _: "gmail.com",
        "common: com": lambda _: "com",
        "common: an (two letters)": lambda _: "an",
        "common: lovelace": lambda _: "lovelace",
        "common parts, rare together": lambda choice: choice.choice(
            ["tin mar", "ann son", "com.gmail", "lla ann"]
        ),
        "not there: a word": lambda choice: choice.choice(
            ["zzqqxx", "wolfeschlegel", "qwertzuiop", "nosuchperson"]
        ),
        "not there: an address": lambda choice: f"nobody{choice.randrange(99)}@nowhere.test",
        "not there: a code": lambda choice: f"AAAA-{choice.randrange(1000, 9999)}-BBBB-CCCC",
    }
