"""Reads JSON that somebody else wrote: refused as a whole where it is no object, or too large or deep; then field by
field, each with the path that a rejection names.

A field that is missing or null is empty. A number is read where text is due (shops write ids either way); a list or an
object never is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NoReturn

from licensing.intake.record import RowRejected
from licensing.intake.shop import NotUnderstood
from licensing.intake.stores import cells

MOST_OCTETS: Final = 2_000_000
MOST_DEPTH: Final = 30
MOST_ITEMS: Final = 1_000
_IDENTITY = re.compile(r"[A-Za-z0-9_-]+")


def loaded(body: bytes) -> Fields:
    """The object that a body is. Raises `NotUnderstood`."""
    if len(body) > MOST_OCTETS:
        raise NotUnderstood(f"It is larger than {MOST_OCTETS:,} octets.")
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NotUnderstood("It is not JSON in UTF-8, or too deeply nested.") from None
    return known(value)


def known(value: object, path: str = "") -> Fields:
    """The fields of something that was read from JSON already, such as a shop's answer. Raises `NotUnderstood`."""
    if not isinstance(value, dict):
        raise NotUnderstood("It is not a JSON object.")
    if _is_too_deep(value):
        raise NotUnderstood(f"It is nested more than {MOST_DEPTH} deep.")
    return Fields(value, path)


def dumped(value: object) -> bytes:
    """Compact JSON in ASCII: the same for the same value."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


class Fields:
    """An object's fields. Every reader raises `RowRejected` with the field's path and the reason."""

    def __init__(self, values: dict[str, Any], path: str = "") -> None:
        self.values = values
        self.path = path

    def __contains__(self, name: str) -> bool:
        """Whether the field is there and says something."""
        value = self.values.get(name)
        return bool(value.strip()) if isinstance(value, str) else value is not None

    def where(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def reject(self, name: str, reason: str) -> NoReturn:
        raise RowRejected(self.where(name)[:100], reason)

    def raw(self, name: str) -> str:
        """As it stands, a number as its digits; empty if missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.reject(name, "must be text or a number")
        if isinstance(value, str):
            return self._encodable(name, value)
        return (
            str(value) if isinstance(value, float) or abs(value) < 10**60 else self.reject(name, "is absurd")
        )

    def text(self, name: str, limit: int) -> str:
        """One line, refused where longer: for whatever finds or names something."""
        return cells.within(self.raw(name), limit, self.where(name))

    def required(self, name: str, limit: int = 200) -> str:
        return cells.required(self.raw(name), limit, self.where(name))

    def cut(self, name: str, limit: int) -> str:
        """One line, cut where longer: for what is only shown to people."""
        return cells.text(self.raw(name))[:limit]

    def address(self, name: str) -> str:
        """An address in its canonical form; it must be there."""
        return cells.address(self.raw(name), self.where(name))

    def code(self, name: str) -> str:
        return cells.code(self.raw(name), self.where(name))

    def codes(self, name: str) -> tuple[str, ...]:
        """The codes of a list of texts, without empty ones; none if missing. A single text is a list of one."""
        value = self.values.get(name)
        listed = value if isinstance(value, list) else [value]
        if len(listed) > MOST_ITEMS:
            self.reject(name, f"must be a list of at most {MOST_ITEMS:,}")
        each = Fields({f"{name}[{place}]": code for place, code in enumerate(listed)}, self.path)
        return tuple(code for place in each.values if (code := each.code(place)))

    def flag(self, name: str) -> bool:
        """True or false; also as 0, 1 or a word, as shops' forms and older versions write it. Missing is false."""
        value = self.values.get(name)
        return value if isinstance(value, bool) else cells.flag(self.raw(name), self.where(name))

    def whole(self, name: str, *, low: int = 0, high: int, missing: int | None = None) -> int:
        if missing is not None and name not in self:
            return missing
        return cells.whole(self.raw(name), self.where(name), low=low, high=high)

    def money(self, name: str) -> Decimal:
        """An amount as it is written, never negative. Missing is nothing."""
        amount = cells.money(self.raw(name), self.where(name))
        return amount if amount >= 0 else self.reject(name, "is less than nothing")

    def sure_money(self, name: str) -> Decimal:
        """An amount that must be there: what is compared with it may not pass for the whole because it is missing."""
        return self.money(name) if name in self else self.reject(name, "is empty")

    def moment(self, name: str) -> datetime:
        """A moment as ISO 8601 writes it, in UTC where no zone is said."""
        date, _, time = self.raw(name).strip().replace(" ", "T", 1).partition("T")
        return cells.moment(date, time, self.where(name))

    def moment_if_any(self, name: str) -> datetime | None:
        return self.moment(name) if name in self else None

    def seconds(self, name: str, *, per_second: int = 1) -> datetime:
        """A moment as a whole number since 1970: of seconds, or of thousandths."""
        number = self.raw(name)
        if not (number.isascii() and number.isdigit() and len(number) <= 15):
            self.reject(name, "is not a moment since 1970")
        try:
            return datetime.fromtimestamp(int(number) / per_second, UTC)
        except (ValueError, OverflowError, OSError):
            self.reject(name, "is not a moment since 1970")

    def seconds_if_any(self, name: str, *, per_second: int = 1) -> datetime | None:
        return self.seconds(name, per_second=per_second) if name in self else None

    def identity(self, name: str) -> str:
        """An id as shops' APIs write it, or an object that has one: safe to stand in a path. Empty if missing."""
        if self.is_object(name):
            return self.fields(name).identity("id")
        found = self.text(name, 200)
        return found if not found or _IDENTITY.fullmatch(found) else self.reject(name, "is not an id")

    def sure_identity(self, name: str) -> str:
        return self.identity(name) or self.reject(name, "is empty")

    def fields(self, name: str) -> Fields:
        """The object under this name; one without fields if missing."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, dict):
            self.reject(name, "must be an object")
        return Fields(value or {}, self.where(name))

    def is_object(self, name: str) -> bool:
        return isinstance(self.values.get(name), dict)

    def anything(self, name: str) -> Any:
        """Whatever it is; None if missing. For fields that shops send in several shapes."""
        return self.values.get(name)

    def each(self, name: str) -> list[Fields]:
        """The objects of a list; none if missing."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            self.reject(name, f"must be a list of at most {MOST_ITEMS:,}")
        if not all(isinstance(item, dict) for item in value):
            self.reject(name, "must be a list of objects")
        return [Fields(item, f"{self.where(name)}[{place}]") for place, item in enumerate(value)]

    def _encodable(self, name: str, value: str) -> str:
        if any("\ud800" <= character <= "\udfff" for character in value) if not value.isascii() else False:
            self.reject(name, "holds half a character")
        return value


def _is_too_deep(value: object) -> bool:
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterator[object]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (item for item in inner if isinstance(item, dict | list))


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


@contextmanager
def envelope() -> Iterator[None]:
    """For `Shop.events`: a field of the envelope that cannot be read makes the whole notification not understood."""
    try:
        yield
    except RowRejected as rejected:
        raise NotUnderstood(f"{rejected}.") from None
