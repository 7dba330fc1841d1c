"""JSON as it is meant: one object, each name once, text that is text, and a depth that a form needs."""

from __future__ import annotations

import json
from typing import IO, Any, Final, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

DEEPEST: Final = 8  # levels; no call needs more than one


class StrictJson(BaseParser):
    """Raises `ParseError` (400) for what JSON leaves open or two readers might read in two ways (RFC 8259; RFC 7493).

    UTF-8 without a mark at its beginning, no name twice, no NaN or Infinity, no half characters, no deep nesting.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        try:
            sent = json.loads(
                stream.read().decode("utf-8"), object_pairs_hook=once_each, parse_constant=refused
            )
            check(sent)
        except UnicodeDecodeError:
            raise ParseError("The body is not UTF-8.") from None
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        except ValueError as error:
            raise ParseError(f"The body is not JSON as it should be: {said(error)}.") from None
        if not isinstance(sent, dict):
            raise ParseError("The body must be a JSON object.")
        return sent


class Ambiguous(ValueError):
    """JSON that two readers might read in two ways; its words are for the caller."""


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Ambiguous("a name stands in it twice")
    return found


def refused(constant: str) -> NoReturn:
    raise Ambiguous(f"{constant} is no number")


def check(value: Any, depth: int = 0) -> None:
    """Raises `Ambiguous` for half characters and depth, in names as well as in values."""
    if depth > DEEPEST:
        raise Ambiguous("it is nested too deeply")
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, list):
        for each in value:
            check(each, depth + 1)
    elif isinstance(value, dict):
        for name, each in value.items():
            check_text(name)
            check(each, depth + 1)


def check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Ambiguous("half of a character stands alone in it") from None


def said(error: ValueError) -> str:
    """Ours, or the place where the reader gave up; never what was sent."""
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno} cannot be read"
    return str(error) if isinstance(error, Ambiguous) else "a number in it is too long"
