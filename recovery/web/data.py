""" "Your data": what is held of the person who proved the mailbox, to take away or to have erased."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from recovery import cookies
from recovery.errors import Disputed
from recovery.journeys.privacy import (
    EraseReason,
    NothingHeld,
    TooManyExports,
    customer_of,
    erase,
    export_of,
    outlook_of,
)
from recovery.web.files import attachment
from recovery.web.licenses import ViewPage
from recovery.web.opened import view_of
from recovery.web.redirects import see


def customer_in(request: HttpRequest) -> UUID:
    """Whose view this browser has open. Raises `NoView`, and `NothingHeld` where nothing is filed under it."""
    customer = customer_of(view_of(request))
    if customer is None:
        raise NothingHeld
    return customer


class DataPage(ViewPage):
    """A page of the view that shows the same whether it was reached by a link or by a form that failed."""

    template = "your_data"

    def shown(
        self, request: HttpRequest, *, status: int = 200, problem: str = "", template: str = ""
    ) -> HttpResponse:
        view = view_of(request)
        customer = customer_of(view)
        return self.page(
            request,
            status=status,
            template=template,
            view=view,
            outlook=outlook_of(customer) if customer else None,
            retention_days=settings.RETENTION_DAYS,
            problem=problem,
        )


class YourData(DataPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request)


class Download(DataPage):
    def post(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        try:
            made = export_of(customer_in(request), by="", now=now)
        except NothingHeld:
            return see("your-data")
        except TooManyExports:
            return self.shown(request, status=429, problem="exports")
        return attachment(made, f"about-you-{now:%Y-%m-%d}.zip")


class EraseMe(DataPage):
    """A page that says what is lost; its button counts only with the box ticked, and while nothing is disputed."""

    template = "erase_me"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request) if customer_of(view_of(request)) else see("your-data")

    def post(self, request: HttpRequest) -> HttpResponse:
        if not request.POST.get("sure"):
            return self.shown(request, status=422, problem="sure")
        try:
            erase(customer_in(request), by="", reason=EraseReason.THEMSELVES, now=timezone.now())
        except NothingHeld:
            return see("your-data")
        except Disputed:
            return self.shown(request, status=409, problem="disputed")
        response = see("erased")
        cookies.forget(response, cookies.VIEW, path="/")
        return response
