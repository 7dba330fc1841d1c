"""What the frame around every page of the console is told."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.views.generic.base import ContextMixin

from config.staff.proof import Standing, standing_of


def names() -> dict[str, Any]:
    return {
        "site_header": settings.VENDOR_NAME,
        "site_title": f"{settings.VENDOR_NAME} console",
        "second_person": bool(settings.SECOND_PERSON),
    }


def frame(request: HttpRequest, *, title: str) -> dict[str, Any]:
    """For a page that is not the site's own: header, title, and whether somebody is really in."""
    return {**names(), "title": title, "has_permission": standing_of(request) is Standing.PROVEN}


class Framed(ContextMixin):
    """A page of the console's look, with a title."""

    request: HttpRequest
    title = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return frame(self.request, title=self.title) | super().get_context_data(**kwargs)
