""" "Your licenses": half an hour, in the browser that proved the mailbox."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from licensing.holdings import Standing
from recovery import cookies
from recovery.errors import NoView
from recovery.journeys.exchange import units
from recovery.journeys.licenses import end_view, holdings, is_under_review, keys_mail_state, looks
from recovery.web.embed import way_back
from recovery.web.files import attachment
from recovery.web.opened import view_of
from recovery.web.pages import Page
from recovery.web.redirects import see


class ViewPage(Page):
    """A page inside the view; without one, a friendly page with the way back."""

    template = "licenses"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except NoView:
            return self.page(request, status=403, template="view_over")


class Licenses(ViewPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        view = view_of(request)
        now = timezone.now()
        owned = holdings(view, now=now)
        left = (view.view_ends_at - now).total_seconds() if view.view_ends_at else 0
        moves = units(view, now=now) if owned else {}
        response = self.page(
            request,
            view=view,
            now=now,
            moved_since=any(each.changed_after(view.verified_at) for each in moves.values()),
            mail=str(keys_mail_state(view)),
            minutes_left=max(1, round(left / 60)),
            moves=moves,
            looked_at_first=not owned and is_under_review(view),
            looks=looks(owned),
            active=[each for each in owned if each.standing is Standing.ACTIVE],
            others=[each for each in owned if each.standing is not Standing.ACTIVE],
        )
        # A screen left alone at a library shows no keys after the half hour, without any script.
        response.headers["Refresh"] = str(max(1, int(left) + 1))
        return response


class LicenseFile(ViewPage):
    """A licence file, for whoever may see its licence now."""

    def get(self, request: HttpRequest, key_id: UUID) -> HttpResponse:
        for holding in holdings(view_of(request), now=timezone.now()):
            if holding.key_id == key_id and holding.standing is Standing.ACTIVE and holding.file_name:
                return attachment(holding.content, holding.file_name)
        raise Http404


class Done(ViewPage):
    """ "I'm done": the view ends, here and in every tab."""

    template = "done"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, way_back=way_back(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        if secret := cookies.read(request, cookies.VIEW):
            end_view(secret)
        response = see("licenses-done")
        cookies.forget(response, cookies.VIEW, path="/")
        return response
