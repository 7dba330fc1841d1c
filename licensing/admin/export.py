"""Everything on file, downloaded while it is made. Only for who has this very right, and noted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from licensing.audit.trail import record
from licensing.console.pages import Listing
from licensing.console.proof import asks_for_proof
from licensing.console.rights import only_with, refuse_unless
from licensing.console.second_person import ForTwo, is_held, needs_second_person
from licensing.everything.kinds import CONTENT_TYPES, pieces
from licensing.everything.rows import CannotWrite

EXPORT = needs_second_person(ForTwo.EXPORTS, "Export everything, codes and addresses in clear")

log = structlog.get_logger(__name__)


MAY: Final = "licensing.export_everything"


class Exporting(Listing):
    """The list of customers leads to the export of everything."""

    change_list_template = "console/customers.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "everything/",
                view(only_with(MAY)(asks_for_proof(require_GET(self.everything)))),
                name="licensing_customer_everything",
            ),
            path(
                "everything/<slug:kind>/",
                view(only_with(MAY)(asks_for_proof(EXPORT(require_POST(self.download))))),
                name="licensing_customer_download",
            ),
            *super().get_urls(),
        ]

    def everything(self, request: HttpRequest) -> HttpResponse:
        refuse_unless(request, MAY)
        context = {
            **self.admin_site.each_context(request),
            "title": "Export everything",
            "opts": self.opts,
            "for_two": is_held(ForTwo.EXPORTS, settings.SECOND_PERSON),
        }
        return TemplateResponse(request, "console/everything.html", context)

    def download(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        refuse_unless(request, MAY)
        if kind not in CONTENT_TYPES:
            raise Http404
        note(request, kind)
        name = f"everything-{timezone.now():%Y-%m-%d}.{kind}"
        response = StreamingHttpResponse(sent(kind), content_type=CONTENT_TYPES[kind])
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def note(request: HttpRequest, kind: str) -> None:
    """Before the first octet leaves."""
    record("everything.exported", by=request.user.get_username(), details={"file": kind, "codes": "in clear"})


def sent(kind: str) -> Iterator[bytes]:
    """A row that cannot be written breaks the download off, so that nobody takes half of it for the whole."""
    try:
        yield from pieces(kind)
    except CannotWrite as problem:
        log.error("export_broken_off", problem=str(problem))
        raise
