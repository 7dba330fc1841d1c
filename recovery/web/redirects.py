"""The one kind of redirect that we answer with: 303, to a page of ours, by its name."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse


def see(page: str, *args: Any) -> HttpResponse:
    """303: the browser asks for that page by GET, whatever it sent. Never takes a target from the visitor."""
    response = HttpResponseRedirect(reverse(page, args=args))
    response.status_code = 303
    return response
