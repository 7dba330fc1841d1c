"""Every kind of event that endpoints may be told of, and what each says. `docs/outgoing.md` lists the same.

An event names rows by their ids and products by their SKUs. Who wants to know more asks the API for the row: so neither
a code nor a name nor the address of a mailbox ever leaves this way, whoever reads along at the other end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Is(StrEnum):
    """What a value is."""

    ID = "id"  # of a row here
    WORD = "word"  # of a few words of ours
    NAME = "name"  # what the vendor calls something: a SKU, a store, the number of an order
    TIME = "time"  # RFC 3339, in UTC
    DAY = "day"
    COUNT = "number"
    FLAG = "true or false"
    COUNTS = "numbers by word"
    PRODUCT = "product"  # {"sku": …, "platform": …}
    LICENSES = "licenses"  # a list of {"license": …, "sku": …, "platform": …}
    LINES = "lines"  # a list of {"sku": …, "platform": …, "units": …}; null where no mapping says what it is


@dataclass(frozen=True)
class Kind:
    """`told`: when it is told. `data`: what it says, by name. `may_lack`: those that may be null."""

    name: str
    told: str
    data: Mapping[str, Is]
    may_lack: frozenset[str] = field(default_factory=frozenset)

    def __str__(self) -> str:
        return self.name


PRODUCT: Final = {"sku": Is.NAME, "platform": Is.WORD}
ORDER: Final = {"purchase": Is.ID, "store": Is.NAME, "reference": Is.NAME, "customer": Is.ID}
NO_CUSTOMER: Final = frozenset({"customer"})

RECOVERED: Final = Kind(
    "license.recovered",
    "Somebody proved a mailbox, or support did it for them, and gets the mail with the keys. `by` says which of the "
    "two; `more`: of more than 100 licenses, the first are listed.",
    {"request": Is.ID, "customer": Is.ID, "by": Is.WORD, "licenses": Is.LICENSES, "more": Is.FLAG},
)
EXCHANGED: Final = Kind(
    "license.exchanged",
    "A license has another key: it moved to another platform (`move`), or its code had leaked (`leaked`). The old key "
    "counts until `old_key_until`.",
    {
        "exchange": Is.ID,
        "license": Is.ID,
        "customer": Is.ID,
        "cause": Is.WORD,
        "from": Is.PRODUCT,
        "to": Is.PRODUCT,
        "old_key": Is.ID,
        "new_key": Is.ID,
        "old_key_until": Is.TIME,
    },
    NO_CUSTOMER,
)
EXCHANGE_UNDONE: Final = Kind(
    "license.exchange_undone",
    "A move was taken back: the old key serves the license again, the new one has ended.",
    {
        "exchange": Is.ID,
        "license": Is.ID,
        "customer": Is.ID,
        "from": Is.PRODUCT,
        "to": Is.PRODUCT,
        "key": Is.ID,
    },
    NO_CUSTOMER,
)
KEY_RETIRED: Final = Kind(
    "key.retired",
    "No license holds the key any more, and it is given to nobody again. It counts until `retired_at`, which may lie "
    "ahead; a move that is undone before then brings it back.",
    {"key": Is.ID, **PRODUCT, "reason": Is.WORD, "retired_at": Is.TIME},
)
PURCHASE_RECORDED: Final = Kind(
    "purchase.recorded",
    "An order that counts is on file for the first time, whoever told it. Neither tests nor what nobody confirmed.",
    {**ORDER, "ordered_at": Is.TIME, "paid": Is.FLAG, "lines": Is.LINES},
    NO_CUSTOMER,
)
PURCHASE_REFUNDED: Final = Kind(
    "purchase.refunded",
    "Shop or support says that money went back. `units`: how many units so far; null is all of them.",
    {**ORDER, "refunded_at": Is.TIME, "units": Is.COUNT},
    NO_CUSTOMER | {"units"},
)
REFUND_WITHDRAWN: Final = Kind(
    "purchase.refund_withdrawn",
    "Support takes back that an order was refunded, or that two orders were one. What is left of it stands there.",
    {**ORDER, "refunded_at": Is.TIME, "units": Is.COUNT},
    NO_CUSTOMER | {"refunded_at", "units"},
)
IMPORT_FINISHED: Final = Kind(
    "import.finished",
    "A file with orders was put on file: how many of its rows became what.",
    {"import": Is.ID, "store": Is.NAME, "rows": Is.COUNT, "outcomes": Is.COUNTS},
)
POOL_LOW: Final = Kind(
    "pool.low",
    "The pool of an edition has fallen below its level: told once, until it was filled again. `dry_on`: the day on "
    "which it is empty, if codes go as they did lately.",
    {"edition": Is.ID, **PRODUCT, "left": Is.COUNT, "dry_on": Is.DAY},
    frozenset({"dry_on"}),
)
CLAIM_OPENED: Final = Kind(
    "claim.opened",
    "Somebody proved a new mailbox and claims that a customer's address has changed. It waits for support.",
    {"change": Is.ID},
)
CLAIM_DECIDED: Final = Kind(
    "claim.decided",
    "Support approved or declined such a claim. An approved one takes effect at `effective_at`, unless it is stopped.",
    {"change": Is.ID, "decision": Is.WORD, "customer": Is.ID, "effective_at": Is.TIME},
    frozenset({"customer", "effective_at"}),
)
OWNER_CHANGED: Final = Kind(
    "owner.changed",
    "A change of who receives keys took effect, or was undone: an address, a merge, a split, or an order or license "
    "that was handed on. `customer` is who had it, `other` who has it now. After a merge, `other` stands for both.",
    {
        "change": Is.ID,
        "cause": Is.WORD,
        "customer": Is.ID,
        "other": Is.ID,
        "license": Is.ID,
        "purchase": Is.ID,
        "undone": Is.FLAG,
    },
    frozenset({"customer", "other", "license", "purchase"}),
)
LICENSE_REVOKED: Final = Kind(
    "license.revoked",
    "Support ended a license.",
    {"license": Is.ID, "customer": Is.ID, **PRODUCT},
    NO_CUSTOMER,
)
LICENSE_RESTORED: Final = Kind(
    "license.restored",
    "A license that support had ended counts again.",
    {"license": Is.ID, "customer": Is.ID, **PRODUCT},
    NO_CUSTOMER,
)
CUSTOMER_ERASED: Final = Kind(
    "customer.erased",
    "All that was held of a customer was erased. Erase what you hold under this id, too.",
    {"customer": Is.ID},
)
TEST: Final = Kind(
    "endpoint.test",
    "Somebody pressed “Send a test event” in the console. Told to that endpoint only, whatever it asked for.",
    {"endpoint": Is.ID},
)

CHOICES: Final = (
    RECOVERED,
    EXCHANGED,
    EXCHANGE_UNDONE,
    KEY_RETIRED,
    PURCHASE_RECORDED,
    PURCHASE_REFUNDED,
    REFUND_WITHDRAWN,
    IMPORT_FINISHED,
    POOL_LOW,
    CLAIM_OPENED,
    CLAIM_DECIDED,
    OWNER_CHANGED,
    LICENSE_REVOKED,
    LICENSE_RESTORED,
    CUSTOMER_ERASED,
)
KINDS: Final[Mapping[str, Kind]] = {each.name: each for each in (*CHOICES, TEST)}
