"""What `manage.py connections` takes."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from licensing.management.secrets_typed import add_secret_options

SHOWN: Final = 50  # events
KEEP_HOURS: Final = 48  # as in the console
NAMED: Final = {
    "address": "print the secret address",
    "new-address": "give it another address; the former one stops at once",
    "secret": "change what its notifications are signed with",
    "api-key": "set the key to the shop's API; an empty one takes it away",
    "allow": "addresses and networks that may ask for keys, where the shop does not sign; shows them",
    "keys-per-day": "how many keys may be asked for in 24 hours, where the shop does not sign",
    "pause": "what the shop sends is answered as if nothing were there",
    "resume": "accept what it sends again",
    "test": "have the shop's recorded sample come in, as a test order",
    "send": "post a recorded body to the running service, signed as the shop would",
}


def add_options(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("show", help="all connections, without their addresses")
    add_of_new(actions.add_parser("add", help="connect a store; prints the address to paste into the shop"))
    for action, what in NAMED.items():
        named = actions.add_parser(action, help=what)
        named.add_argument("name", metavar="NAME", help="of the connection, or STORE/NAME")
    add_of_changes(actions.choices)
    add_of_events(actions)


def add_of_new(add: ArgumentParser) -> None:
    add.add_argument("store", metavar="STORE", help="its short name, see `stores show`")
    add.add_argument("name", metavar="NAME", help="for you to tell connections apart")
    add.add_argument("--test", action="store_true", help="all that comes in there is a test order")
    add.add_argument(
        "--secret-later", action="store_true", help="for shops that show theirs once they know the address"
    )
    add_secret_options(add)


def add_of_changes(named: Any) -> None:
    add_secret_options(named["secret"])
    add_secret_options(named["api-key"])
    named["secret"].add_argument(
        "--keep-former-hours",
        type=int,
        default=KEEP_HOURS,
        metavar="HOURS",
        help=f"how long what the former one signed is taken, too: {KEEP_HOURS} unless you say otherwise",
    )
    named["allow"].add_argument("networks", metavar="NETWORK", nargs="*", help="such as 192.0.2.0/24")
    named["allow"].add_argument("--only", nargs="*", metavar="NETWORK", help="these, and no others")
    named["keys-per-day"].add_argument("number", type=int, metavar="N")
    named["send"].add_argument("file", type=Path, metavar="FILE", help="the body of one")


def add_of_events(actions: Any) -> None:
    events = actions.add_parser("events", help=f"the latest {SHOWN} that came in, or one in full")
    events.add_argument("id", type=UUID, nargs="?", metavar="ID", help="what this one says, codes masked")
    events.add_argument("--unsettled", action="store_true", help="only what waits for something")
    again = actions.add_parser("replay", help="have events told again")
    sure = actions.add_parser("confirm", help="say that events which nobody signed are true")
    for those in (again, sure):
        those.add_argument("ids", type=UUID, nargs="+", metavar="ID", help="as `connections events` shows it")
