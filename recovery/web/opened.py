"""Whether this browser still has "Your licenses" open."""

from django.http import HttpRequest

from recovery import cookies
from recovery.errors import NoView
from recovery.journeys.licenses import open_view
from recovery.models import RecoveryRequest


def view_of(request: HttpRequest) -> RecoveryRequest:
    """The proved request this browser may look into. Raises `NoView`."""
    secret = cookies.read(request, cookies.VIEW)
    if not secret:
        raise NoView
    return open_view(secret)


def has_open_view(request: HttpRequest) -> bool:
    try:
        view_of(request)
    except NoView:
        return False
    return True
