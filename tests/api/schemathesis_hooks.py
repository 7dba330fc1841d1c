"""For the long run: calls about a request carry the secret that this request was given, in the place of the token that
all calls carry. See docs/api.md.
"""

from typing import Any

import schemathesis

secrets: dict[str, str] = {}
given: list[str] = []  # the token of the command line; other ones are there to be refused


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    if response.status_code == 202:
        told = response.json()
        secrets[told["id"]] = told["secret"]


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    sent = (case.headers or {}).get("Authorization")
    if sent and not given:
        given.append(sent)
    secret = secrets.get(str((case.path_parameters or {}).get("request_id")))
    if secret and sent in given:
        case.headers["Authorization"] = f"Bearer {secret}"
    if case.headers and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"  # no tag that is made up is one
