"""A page of a vendor's own site, with the button. It stands under another name of this machine: to a browser that is
another origin, as the vendor's site is in earnest.
"""

from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/vendor/`, on `localhost` only."""
    ours, theirs = settings.PUBLIC_URL, elsewhere(settings.PUBLIC_URL)
    if request.get_host() != urlsplit(theirs).netloc:
        return HttpResponseRedirect(f"{theirs}/vendor/")
    shown = render(request, "demo/vendor.html", {"service": ours})
    shown.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {theirs}; script-src {theirs} {ours}; img-src {theirs};"
        f" connect-src {ours}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return shown


def elsewhere(origin: str) -> str:
    """The same port under the machine's other name."""
    parts = urlsplit(origin)
    return urlunsplit((parts.scheme, f"localhost:{parts.port}", "", "", ""))
