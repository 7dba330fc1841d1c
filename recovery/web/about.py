"""Pages that are the same for everybody."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from recovery.journeys.mute import MUTE_LIFE
from recovery.web.pages import Page


class Plain(Page):
    """Nothing but its template."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, days=MUTE_LIFE.days)


class Privacy(Page):
    template = "privacy"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, retention_days=settings.RETENTION_DAYS)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")
