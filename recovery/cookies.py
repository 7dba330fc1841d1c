"""The five cookies of a customer's browser. None is readable by scripts; none says anything by itself.

`lr_browser` recognises the browser that asked, `lr_link` carries a mailed token away from the address bar,
`lr_view` opens "Your licenses" for 30 minutes, `lr_claim` shows what has become of a changed address for 30 days,
`lr_back` notes which of the vendor's listed pages sent the visitor.

Under https their names begin with `__Host-`, by which browsers take them from this very host only: no other host of the
vendor's domain can slip a visitor one. `lr_link` belongs to one page, so it only gets `__Secure-` (RFC 6265bis, 4.1.3).
"""

import re
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from recovery.models import VIEW_LIFE
from recovery.tokens import new_browser_secret

BROWSER: Final = "lr_browser"
LINK: Final = "lr_link"
VIEW: Final = "lr_view"
CLAIM: Final = "lr_claim"
BACK: Final = "lr_back"

BROWSER_SECONDS: Final = 24 * 3600  # longer than any request is of use
LINK_SECONDS: Final = 15 * 60
CLAIM_SECONDS: Final = 30 * 24 * 3600  # the wait, and a while to read the outcome in
BACK_SECONDS: Final = 2 * 3600  # asking, waiting for the mail, and the view
VIEW_SECONDS: Final = int(VIEW_LIFE.total_seconds())

# Ours are 43 characters of base64url; whatever else came in is a stranger's and not worth a query.
OURS = re.compile(r"[A-Za-z0-9_-]{20,200}")


def named(name: str) -> str:
    """The cookie's name as browsers know it. Over plain http, the demo's, they refuse names with a prefix."""
    if not settings.HTTPS:
        return name
    return f"__Secure-{name}" if name == LINK else f"__Host-{name}"


def of_browser(request: HttpRequest) -> str:
    """The secret this browser is recognised by, new where it has none. Hand it back by `keep_browser`."""
    return read(request, BROWSER) or new_browser_secret()


def read(request: HttpRequest, name: str) -> str:
    """A cookie's value, empty where it is missing or cannot be one of ours."""
    value = request.COOKIES.get(named(name), "")
    return value if OURS.fullmatch(value) else ""


def keep_browser(response: HttpResponseBase, secret: str) -> None:
    write(response, BROWSER, secret, seconds=BROWSER_SECONDS, path="/")


def keep_link(response: HttpResponseBase, token: str, *, path: str) -> None:
    write(response, LINK, token, seconds=LINK_SECONDS, path=path)


def keep_view(response: HttpResponseBase, secret: str) -> None:
    write(response, VIEW, secret, seconds=VIEW_SECONDS, path="/")


def keep_claim(response: HttpResponseBase, secret: str) -> None:
    write(response, CLAIM, secret, seconds=CLAIM_SECONDS, path="/")


def keep_back(response: HttpResponseBase, mark: str) -> None:
    write(response, BACK, mark, seconds=BACK_SECONDS, path="/")


def write(response: HttpResponseBase, name: str, value: str, *, seconds: int, path: str) -> None:
    """Lax, not Strict: a click in a webmail must still bring the cookie along."""
    response.set_cookie(
        named(name), value, max_age=seconds, path=path, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def forget(response: HttpResponseBase, name: str, *, path: str) -> None:
    response.delete_cookie(named(name), path=path, samesite="Lax")
