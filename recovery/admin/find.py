"""The page of a search over everything. What is typed comes by POST and goes on sealed: see `sealed_terms.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from licensing.audit.looked import concerns
from licensing.audit.trail import record
from licensing.console.cells import page_of
from licensing.console.terms import cleaned, may_be_code
from licensing.keys.code import mask, tail
from licensing.models import Customer
from recovery.admin.finding import Result, exactly, further, loosely, only_customer
from recovery.admin.sealed_terms import NotOurs, opened, seal

TOO_LONG: Final = (
    "That is too long to be searched for. Type an address, a name, an order reference or a code."
)
OVER: Final = "That search was typed in another session. Type it again."
LONGEST_RECORDED: Final = 200


def find(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """`q` is what was typed, `t` the same sealed; with `all`, one customer is no reason to go there at once."""
    typed = request.POST.get("q") if request.method == "POST" else request.GET.get("q")
    if typed is not None:
        return sealed_address(request, typed, site=site)
    try:
        term = opened(request.GET["t"], session=session_of(request)) if "t" in request.GET else ""
    except NotOurs:
        return shown(request, site=site, problem=OVER, status=410)
    return answered(request, term, site=site) if term else shown(request, site=site)


def sealed_address(request: HttpRequest, typed: str, *, site: AdminSite) -> HttpResponse:
    try:
        token = seal(cleaned(typed), session=session_of(request))
    except ValueError:
        return shown(request, site=site, problem=TOO_LONG, status=422)
    return HttpResponseRedirect(address_of(token))


def address_of(token: str, **more: str) -> str:
    return f"{reverse('admin:find')}?{urlencode({'t': token, **more})}"


def session_of(request: HttpRequest) -> str:
    return request.session.session_key or ""


def answered(request: HttpRequest, term: str, *, site: AdminSite) -> HttpResponse:
    looker = Looker(request, site)
    result = exactly(term, may=looker.may, models=looker.models)
    customer = only_customer(result)
    going = "all" not in request.GET and (where_to(customer, result) if looker.may(Customer) else "")
    if not going:
        loosely(result, term, may=looker.may)
        further(result, term, may=looker.may)
        customer = only_customer(result)
        going = "" if "all" in request.GET else the_only_one(customer, result)
    concerns(request, customer)
    note(request, term, result, customer)
    if going:
        messages.info(request, found_by(result, address_of(request.GET["t"], all="1")))
        return HttpResponseRedirect(going)
    on_file = any(hit.is_code for hit in result.hits)
    told = mask(tail(term)) if on_file else f"“{term}”"
    return shown(
        request, site=site, term=term, result=result, term_told=told, term_shown="" if on_file else term
    )


def where_to(customer: UUID | None, result: Result) -> str:
    """The page of the one customer whom an exact term means, or of the one row without any."""
    if customer:
        return page_of(Customer(pk=customer))
    return result.hits[0].page if len(result.hits) == 1 and not result.hits[0].owners else ""


def the_only_one(customer: UUID | None, result: Result) -> str:
    """The page of the one customer in whom a part was found, where there can be no other."""
    return page_of(Customer(pk=customer)) if customer and result.people and result.whole else ""


def found_by(result: Result, back: str) -> str:
    return format_html('Found by {}. <a href="{}">All that was found</a>', result.hits[0].why, back)


@dataclass(frozen=True)
class Looker:
    """Who searches, and what they may look at."""

    request: HttpRequest
    site: AdminSite

    @property
    def models(self) -> list[type[Model]]:
        return [model for model in self.site._registry if model._meta.pk.get_internal_type() == "UUIDField"]

    def may(self, model: type[Model]) -> bool:
        page = self.site._registry.get(model)
        return page is not None and page.has_view_permission(self.request)


def note(request: HttpRequest, term: str, result: Result, customer: UUID | None) -> None:
    """The look, with what was looked for; of what may be a code, on file or not, its last characters."""
    is_code = may_be_code(term) or any(hit.is_code for hit in result.hits)
    told = mask(tail(term)) if is_code else term[:LONGEST_RECORDED]
    details = {"term": told, "found": len(result.hits)}
    record("search.made", by=request.user.get_username(), customer=customer, details=details)


def shown(request: HttpRequest, *, site: AdminSite, status: int = 200, **more: Any) -> HttpResponse:
    context = {**site.each_context(request), "title": "Find", **more}
    return TemplateResponse(request, "console/find.html", context, status=status)
