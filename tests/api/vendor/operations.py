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

    def sent(self, ground: Ground) -> Any:
        """The example's body, with the license that is on file."""
        sent = examples.OF[self.name].get("sent")
        return sent | {"license": str(ground.license.pk)} if sent and "license" in sent else sent

    def at(self, ground: Ground, **named: str) -> str:
        """The address, with the ids of what is on file."""
        query = DAYS if self.name == "listFigures" else ""
        return self.path.format(**ids_of(ground) | named) + query


def operations() -> Iterator[Operation]:
    for path, methods in description()["paths"].items():
        for method in METHODS:
            if method in methods and path.startswith(VENDOR):
                yield Operation(methods[method]["operationId"], method.upper(), path, methods[method])


def operation(name: str) -> Operation:
    return next(each for each in operations() if each.name == name)


def ids_of(ground: Ground) -> dict[str, str]:
    rows = ("purchase", "license", "customer", "exchange", "message", "event")
    ids = {f"{name}_id": str(getattr(ground, name).pk) for name in rows}
    return ids | {"edition_id": str(ground.windows.pk)}
