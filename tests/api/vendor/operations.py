"""Every call of the vendor's systems, as the description has it, and as the URLs do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from recovery.api.docs import description
from recovery.api.vendor import examples
from tests.api.breaking import METHODS
from tests.api.vendor.ground import DAY, Ground

VENDOR = "/api/v1/vendor/"
DAYS = f"?since={DAY}&until={DAY}"


class Operation(NamedTuple):
    name: str
    method: str
    path: str
    described: dict[str, Any]

    @property
    def security(self) -> list[dict[str, list[str]]]:
        found: list[dict[str, list[str]]] = self.described["security"]
        return found

    @property
    def sent(self) -> Any:
        return examples.OF[self.name].get("sent")

    def at(self, ground: Ground) -> str:
        """The address, with the ids of what is on file."""
        query = DAYS if self.name == "listFigures" else ""
        return self.path.format(**named(ground)) + query


def operations() -> Iterator[Operation]:
    for path, methods in description()["paths"].items():
        for method in METHODS:
            if method in methods and path.startswith(VENDOR):
                yield Operation(methods[method]["operationId"], method.upper(), path, methods[method])


def operation(name: str) -> Operation:
    return next(each for each in operations() if each.name == name)


def named(ground: Ground) -> dict[str, str]:
    rows = ("purchase", "license", "customer", "exchange", "message", "event")
    ids = {f"{name}_id": str(getattr(ground, name).pk) for name in rows}
    return ids | {"edition_id": str(ground.windows.pk)}
