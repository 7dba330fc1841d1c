"""What a store told as bytes and back, for the time that it waits in staging (encrypted there)."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from licensing.intake.record import (
    LateCodes,
    Names,
    Party,
    Payment,
    PaymentNews,
    PurchaseRecord,
    Refund,
    SoldLine,
    Told,
)

_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat).encode


def pack(told: Told) -> bytes:
    """Lists of values, as the named tuples are: half the size, and the names of the fields are known anyway."""
    return _dumps([TOLD.index(type(told)), told]).encode()


def unpack(data: bytes) -> Told:
    kind, values = json.loads(data)
    read: Callable[..., Told] = READERS[kind]
    return read(*values)


def purchase(
    reference: str,
    ordered_at: str,
    buyer: list[Any],
    lines: list[list[Any]],
    payment: list[Any],
    receiver: list[Any] | None,
    references: list[list[str]],
    *rest: bool,
) -> PurchaseRecord:
    return PurchaseRecord(
        reference,
        datetime.fromisoformat(ordered_at),
        Party(*buyer),
        tuple(map(sold_line, lines)),
        Payment(*map(moment, payment)),
        Party(*receiver) if receiver else None,
        names_of(references),
        *rest,
    )


def news(names: list[list[str]], payment: list[Any], *rest: bool) -> PaymentNews:
    return PaymentNews(names_of(names), Payment(*map(moment, payment)), *rest)


def late_codes(
    names: list[list[str]], codes: list[str], line: str, variant: str, expires_at: str | None, *rest: bool
) -> LateCodes:
    return LateCodes(names_of(names), tuple(codes), line, variant, moment(expires_at), *rest)


def names_of(pairs: list[list[str]]) -> Names:
    return tuple([(kind, value) for kind, value in pairs])


def sold_line(values: list[Any]) -> SoldLine:
    product_ref, variant, name, quantity, codes, registered_name, reference, subscription, until = values
    names = (tuple(codes), registered_name, reference, subscription)
    return SoldLine(product_ref, variant, name, quantity, *names, moment(until))


def moment(value: Any) -> Any:
    """Of payment's facts only the moments are text, and only the refunds a list."""
    if isinstance(value, list):
        return tuple(Refund(units, line, ref, moment(at)) for units, line, ref, at in value)
    return datetime.fromisoformat(value) if isinstance(value, str) else value


TOLD: Final = (PurchaseRecord, PaymentNews, LateCodes)
READERS: Final = (purchase, news, late_codes)
