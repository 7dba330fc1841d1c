"""Whether what a call refuses is what its description says: by status and code, with an example of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.http import HttpResponse

from recovery.api.docs import description


@lru_cache(maxsize=1)
def calls() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    paths = description()["paths"].items()
    return [(re.compile(re.sub(r"{\w+}", "[0-9a-f-]{36}", path)), methods) for path, methods in paths]


def ensure_described(answer: HttpResponse, *, method: str, path: str) -> None:
    for known, methods in calls():
        operation = methods.get("get" if method == "HEAD" else method.lower())
        if known.fullmatch(path.partition("?")[0]) and operation:
            told = json.loads(answer.content)
            assert told["code"] in codes(operation, answer.status_code), (operation["operationId"], told)


def codes(operation: dict[str, Any], status: int) -> Iterator[str]:
    response = operation["responses"].get(str(status), {})
    for code in response.get("content", {}).get("application/problem+json", {}).get("examples", {}):
        assert f"`{code}`" in response["description"]
        yield code
