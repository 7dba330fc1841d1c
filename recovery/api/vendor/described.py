"""The vendor's calls as /api/schema/ describes them."""

from __future__ import annotations

from typing import Any, Final

from recovery.api.described import SCOPES, Decorator, call
from recovery.api.vendor import shapes
from recovery.models import Scope

OF_EVERY_CALL: Final = (401, 403, 429)


def vendor_call(
    name: str, words: str, *, scope: Scope | None, problems: tuple[int, ...] = (), **more: Any
) -> Decorator:
    """One call with an API key. `problems`: those beside what every such call may answer."""
    SCOPES[name] = [scope.value] if scope else []
    needs = f" Needs `{scope.value}`." if scope else " Any good key may ask."
    return call(name, words + needs, problems=(*OF_EVERY_CALL, *problems), **more)


KEYS = "API keys"
showing_key = vendor_call(
    "showKey",
    "What the key that calls may do.",
    scope=None,
    told=(200, shapes.OwnKey),
    tag=KEYS,
)
