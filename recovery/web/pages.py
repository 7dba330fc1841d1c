"""What all pages share: methods answered right, and no copy left in any cache."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import View

from recovery.web.errors import not_allowed


class Page(View):
    """A page with one template. Subclasses define `get`, `post` or both; HEAD and OPTIONS follow."""

    template: str = ""

    def page(
        self, request: HttpRequest, *, status: int = 200, template: str = "", **context: Any
    ) -> HttpResponse:
        """Our forms send their origin along (a CSRF check wants it), which `no-referrer` would blank out.

        `same-origin` tells other sites just as little, and no page with a form has a token in its address.
        """
        response = render(request, f"recovery/{template or self.template}.html", context, status=status)
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return not_allowed([name.upper() for name in self.http_method_names if hasattr(self, name)])
