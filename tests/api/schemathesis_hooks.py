"""For the long run: calls about a request carry the secret that this request was given.

SCHEMATHESIS_HOOKS=tests.api.schemathesis_hooks schemathesis …
"""

from typing import Any

import schemathesis

secrets: dict[str, str] = {}


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    if response.status_code == 202:
        told = response.json()
        secrets[told["id"]] = told["secret"]


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    secret = secrets.get(str((case.path_parameters or {}).get("request_id")))
    if secret and "Authorization" in (kwargs.get("headers") or {}):
        kwargs["headers"]["Authorization"] = f"Bearer {secret}"
