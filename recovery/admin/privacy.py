"""Handing a customer what is held of them, and erasing them, on their word: each with a reason and a fresh proof."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from licensing.audit.looked import concerns
from licensing.console.proof import asks_for_proof
from licensing.console.rights import only_with, refuse_unless
from licensing.console.second_person import ForTwo, needs_second_person
from licensing.models import Customer, with_addresses
from recovery.errors import Disputed
from recovery.journeys.privacy import EraseReason, NothingHeld, erase, export_of, outlook_of

DISPUTED: Final = (
    "Nothing was erased: somebody objected to a change of owner that concerns this customer. Undo it, or let it stand, "
    "first: else keys are lost to whose they turn out to be."
)
MAY_EXPORT: Final = "licensing.export_customer"
MAY_ERASE: Final = "licensing.erase_customer"
REASONS: Final = (
    (EraseReason.MAIL, "asked by mail, from an address on file"),
    (EraseReason.PHONE, "asked on the phone, and proved who they are"),
    (EraseReason.ESTATE, "their heirs asked, and proved that they are"),
    (EraseReason.AUTHORITY, "a court or an authority ordered it"),
    (EraseReason.OTHER, "another reason, written down outside of here"),
)


class ExportForm(forms.Form):
    words = forms.CharField(
        label="Who asked for it, and how (recorded)",
        max_length=300,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )


class EraseForm(forms.Form):
    """No words of one's own: the reason is kept when the person is not."""

    reason = forms.ChoiceField(label="Why", choices=[("", "Choose…"), *REASONS])
    sure = forms.BooleanField(label="Their keys can never be recovered here again, and they know it")


EXPORT: Final = needs_second_person(
    ForTwo.EXPORTS,
    "Export what is held about a customer",
    form=ExportForm,
    why="words",
    of="Export what is held about",
)
ERASING: Final = needs_second_person(
    ForTwo.EXPORTS, "Erase a customer", form=EraseForm, why="reason", of="Erase"
)


def urls(site: AdminSite) -> list[URLPattern]:
    """The two pages of a customer, `admin:customer_export` and `admin:customer_erase`."""
    both = require_http_methods(["GET", "HEAD", "POST"])

    def of_site(view: Any) -> Any:
        return lambda request, customer_id: view(request, customer_id, site=site)

    exporting = only_with(MAY_EXPORT)(asks_for_proof(EXPORT(both(of_site(export)))))
    erasing = only_with(MAY_ERASE)(asks_for_proof(ERASING(both(of_site(erasure)))))
    return [
        path("customers/<uuid:customer_id>/export/", site.admin_view(exporting), name="customer_export"),
        path("customers/<uuid:customer_id>/erase/", site.admin_view(erasing), name="customer_erase"),
    ]


def export(request: HttpRequest, customer_id: UUID, *, site: AdminSite) -> HttpResponse:
    customer = concerned(request, customer_id, right=MAY_EXPORT)
    concerns(request, customer_id)
    form = ExportForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return shown(request, customer, site=site, form=form, template="export", title="Export what is held")
    now, by = timezone.now(), request.user.get_username()
    made = export_of(customer_id, by=by, reason=form.cleaned_data["words"], now=now)
    response = HttpResponse(made, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="about-{customer_id}-{now:%Y-%m-%d}.zip"'
    return response


def erasure(request: HttpRequest, customer_id: UUID, *, site: AdminSite) -> HttpResponse:
    """Whoever erased them has them open no more: that page is about nobody."""
    customer = concerned(request, customer_id, right=MAY_ERASE)
    form = EraseForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        concerns(request, customer_id)
        return shown(request, customer, site=site, form=form, template="erase", title="Erase a person")
    reason, by = EraseReason(form.cleaned_data["reason"]), request.user.get_username()
    try:
        found = erase(customer_id, by=by, reason=reason, now=timezone.now())
    except Disputed:
        concerns(request, customer_id)
        form.add_error(None, DISPUTED)
        return shown(request, customer, site=site, form=form, template="erase", title="Erase a person")
    if found:
        messages.success(request, "The person is erased. Their orders and keys stay without them.")
    else:
        messages.info(request, "They were erased already. Nothing was changed now.")
    return HttpResponseRedirect(reverse("admin:licensing_customer_changelist"))


def concerned(request: HttpRequest, customer_id: UUID, *, right: str) -> Customer:
    """403 for who has not that right, before anything is looked up."""
    refuse_unless(request, right)
    customer = Customer.objects.prefetch_related(with_addresses()).filter(pk=customer_id).first()
    if customer is None:
        raise Http404
    return customer


def shown(
    request: HttpRequest,
    customer: Customer,
    *,
    site: AdminSite,
    form: forms.Form,
    template: str,
    title: str,
) -> HttpResponse:
    try:
        outlook = outlook_of(customer.pk)
    except NothingHeld:
        raise Http404 from None
    context = {
        **site.each_context(request),
        "title": title,
        "opts": Customer._meta,
        "customer": customer,
        "outlook": outlook,
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, f"console/privacy_{template}.html", context, status=status)
