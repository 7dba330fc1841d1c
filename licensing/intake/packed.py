"""A purchase record as bytes and back, for the time that it waits in staging (encrypted there)."""

import json
from datetime import datetime
from typing import Any

from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine

_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat).encode


def pack(record: PurchaseRecord) -> bytes:
    """Lists of values, as the named tuples are: half the size, and the names of the fields are known anyway."""
    return _dumps(record).encode()


def unpack(data: bytes) -> PurchaseRecord:
    reference, ordered_at, buyer, lines, payment, receiver, references, test, confirmed = json.loads(data)
    return PurchaseRecord(
        reference,
        datetime.fromisoformat(ordered_at),
        Party(*buyer),
        tuple(map(sold_line, lines)),
        Payment(*map(moment, payment)),
        Party(*receiver) if receiver else None,
        tuple(map(tuple, references)),
        test,
        confirmed,
    )


def sold_line(values: list[Any]) -> SoldLine:
    product_ref, variant, name, quantity, codes, registered_name = values
    return SoldLine(product_ref, variant, name, quantity, tuple(codes), registered_name)


def moment(value: Any) -> Any:
    """Of payment's facts only the moments are text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
