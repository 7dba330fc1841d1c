"""Made-up facts for each mail: for previews, for test mails, and to try every text before it is saved."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings

from licensing.holdings import Holding, Standing
from recovery.mail.dates import minute
from recovery.mail.entries import entries
from recovery.mail.wording.kinds import Kind

AT: Final = datetime(2024, 2, 3, 14, 5, tzinfo=UTC)
HOSTILE: Final = "<script>alert(1)</script> {name} {{x}} %s \"Ö\u202e'& \U0001f600"
BOUGHT: Final = Holding(
    standing=Standing.ACTIVE,
    product="Clip Cutter Pro",
    version="4",
    platform="Windows",
    units=1,
    registered_name="Anna Beispiel",
    code="EXAM-PLE0-0000-KEY1",
    file_name="",
    content=b"",
    purchased_at=AT,
    shop="Example shop",
    order="EX-1001",
    download_url="https://downloads.vendor.example/clip-cutter.zip",
    activation_help="Open the menu “Help”, then “Register”.",
    key_id=None,
    license_ids=(),
)
REFUNDED: Final = replace(BOUGHT, standing=Standing.REFUNDED, product="Title Maker", code="", order="EX-1002")
ODD: Final = replace(
    BOUGHT,
    product=HOSTILE,
    registered_name=HOSTILE,
    shop=HOSTILE,
    order=HOSTILE,
    code=f"-----\n  {HOSTILE}\n-----",
    activation_help=f"1. {HOSTILE}\n2. Done",
    download_url="javascript:alert(1)",
)
OF_KEYS: Final[dict[str, list[Holding]]] = {
    "one key": [BOUGHT],
    "several keys": [
        replace(BOUGHT, product=f"Program {number}", units=number, version="") for number in range(1, 6)
    ],
    "no key": [REFUNDED],
    "nothing on file": [],
    "odd names": [ODD, REFUNDED],
}
MOVE: Final = {
    "product": "Clip Cutter Pro",
    "was": "Windows",
    "to": "Mac",
    "approved": False,
    "leaked": False,
    "checks": True,
    "may_be_undone": True,
    "by_support": False,
    "left": 1,
    "days": 365,
}
FINAL_MOVE: Final = MOVE | {
    "may_be_undone": False,
    "checks": False,
    "left": None,
    "days": None,
    "approved": True,
    "by_support": True,
}


@dataclass(frozen=True)
class Example:
    """What a mail could be about."""

    title: str
    context: Mapping[str, Hashable]
    facts: dict[str, str]


def examples(kind: Kind) -> list[Example]:
    """The plainest first. Dates are in the active language."""
    return [
        made(title, changed)
        for title, changed in ALL.get(kind.name, {"as usual": {}, "odd names": {"name": HOSTILE}}).items()
    ]


def made(title: str, changed: dict[str, Any]) -> Example:
    holdings: list[Holding] = changed.get("holdings", [BOUGHT])
    listed, facts = entries(holdings)
    context = {
        "minutes": 10,
        "days": 30,
        "shops": ("EXAMPLE-SHOP.COM", "Example & Sons"),
        "holdings": listed,
        **changed,
    }
    context["holdings"] = listed
    return Example(title, context, facts | facts_of(context))


def facts_of(context: dict[str, Any]) -> dict[str, str]:
    """Those of every mail. What is given for an example takes the place of what is usual; empty means none."""
    usual = {
        "link": f"{settings.PUBLIC_URL}/verify/example/",
        "code": "EXAM-PLE0",
        "address": "anna@example.com",
        "name": "Anna Beispiel",
        "asked_at": minute(AT),
        "not_me_url": f"{settings.PUBLIC_URL}/not-me/example/",
        "unmute_url": f"{settings.PUBLIC_URL}/unmute/example/",
        "start_url": f"{settings.PUBLIC_URL}/",
        "until": f"{minute(AT)} UTC",
        "next_from": f"{minute(AT)} UTC",
        "old_tail": "00AB",
        "answer_url": f"{settings.PUBLIC_URL}/address-change/answer/example/",
        "stop_url": f"{settings.PUBLIC_URL}/stop-change/example/",
        "effective": f"{minute(AT)} UTC",
        "hidden": "a…@example.com",
        "thing": "Clip Cutter Pro 4",
        "words": "These are the words\nthat support wrote.",
    }
    given = {name: str(context.pop(name)) for name in usual if name in context}
    return {name: fact for name, fact in (usual | given).items() if fact}


KEYS: Final = {title: {"holdings": holdings} for title, holdings in OF_KEYS.items()}
MOVES: Final[dict[str, dict[str, Any]]] = {
    "a customer's own move": MOVE,
    "by support": FINAL_MOVE | {"name": "", "next_from": "", "old_tail": ""},
    "a leaked key": FINAL_MOVE | {"leaked": True, "next_from": ""},
    "odd names": MOVE | {"product": HOSTILE, "name": HOSTILE, "words": HOSTILE, "holdings": [ODD]},
}
CHANGE: Final[dict[str, Any]] = {
    "kind": "address",
    "step": "notice",
    "side": "gives",
    "of_one_license": False,
    "with_stop": True,
}
ALL: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "nothing-found": {
        "shops on file": {},
        "no shops on file": {"shops": ()},
        "odd names": {"shops": (HOSTILE,), "address": "o'hara&co@example.com"},
    },
    "keys": {**KEYS, "no name": {"name": ""}},
    "promised": {
        "one key": KEYS["one key"],
        "several keys": KEYS["several keys"],
        "odd names": KEYS["odd names"],
    },
    "replacement": MOVES,
    "claim": {
        "by the customer": {"by_support": False},
        "by support": {"by_support": True},
        "odd names": {"by_support": False},
    },
    "claim-question": {"a question": {}, "odd names": {"words": HOSTILE}},
    "change-notice": {
        "a changed address": CHANGE,
        "to a mistyped address": CHANGE | {"mistyped": True},
        "a license handed on": CHANGE | {"kind": "reassign", "of_one_license": True},
        "an order got": CHANGE | {"kind": "reassign", "side": "gets"},
        "two customers": CHANGE | {"kind": "merge"},
        "two customers, no address": CHANGE | {"kind": "merge", "hidden": ""},
        "filed apart": CHANGE | {"kind": "split"},
        "odd names": CHANGE | {"kind": "reassign", "thing": HOSTILE},
    },
    "change-outcome": {
        "done, for who gets the keys": CHANGE
        | {"step": "done", "side": "gets", "with_stop": False, "words": ""},
        "done, for who had them": CHANGE | {"step": "done", "words": ""},
        "done, sooner than was told": CHANGE | {"step": "done", "words": "", "shortened": True},
        **{
            step: CHANGE | {"step": step, "with_stop": False, "words": ""}
            for step in ("approved", "stopped", "undone", "stands", "objected")
        },
        "stopped, for who asked": CHANGE
        | {"step": "stopped", "side": "gets", "with_stop": False, "words": ""},
        "declined": CHANGE | {"step": "declined", "with_stop": False},
        "odd names": CHANGE | {"step": "done", "kind": "reassign", "thing": HOSTILE, "words": ""},
    },
    **{
        name: {title: facts for title, facts in MOVES.items() if title != "a leaked key"}
        for name in ("undone", "declined", "question")
    },
}
