"""Only what browsers and programs honestly send as the type of a body reaches Django.

Django 5.2 looks any charset and any encoded parameter up among Python's codecs and decodes with it: `charset=rot13`
or `a*=nowhere'en'x` then end in a 500, the second before any of our pages or headers is there to answer.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# An encoded parameter (RFC 2231), or a charset other than UTF-8 (which is what our pages are in).
ODD = re.compile(r"\*|charset\s*=\s*(?!\"?utf-?8\"?\s*(?:;|$))", re.IGNORECASE)

SENT = "sent.CONTENT_TYPE"  # for views that read bodies themselves, such as shops' notifications


class PlainContentType:
    """WSGI middleware: a body of an odd type counts as one of no known type, whose form fields are not read."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        sent = environ.get("CONTENT_TYPE", "")
        if ODD.search(sent):
            environ |= {"CONTENT_TYPE": "", SENT: sent}
        return self.application(environ, start_response)
