"""The customer page and the pages behind its buttons: permission, one form, one call, and back to the customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from licensing.audit.looked import concerns
from licensing.console.cells import page_of
from licensing.console.pages import Listing
from licensing.console.proof import asks_for_proof
from licensing.console.rights import only_with, refuse_unless
from licensing.console.search import row_id
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import Customer, KeyAssignment, License, Purchase, with_addresses
from licensing.support.errors import Refused
from licensing.support.reveals import reveal
from recovery.admin.customer.deeds import DEEDS, Asked, Deed
from recovery.admin.customer.forms import DeedForm, Noted, Revealed, focus_on_words
from recovery.admin.customer.links import closed_for, links_for
from recovery.admin.customer.words import in_words
from recovery.errors import RecoveryError
from recovery.story.mailboxes import mailboxes_of
from recovery.story.owned import units_of
from recovery.story.timeline import Kind, Whose, page_of_time, place_of
from recovery.story.told import story_of

ON_THE_PAGE = 12  # entries of the timeline under the story
OF_A_PAGE = 50  # on its own page
UNITS = 20  # of an order
REVEAL = "licensing.add_codereveal"


class Storied(Listing):
    """A customer's page tells the story; what is corrected by hand is folded away under it."""

    change_form_template = "console/customer.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        both = require_http_methods(["GET", "POST"])
        return [
            path("<uuid:customer_id>/do/<slug:name>/", view(both(self.deed)), name="customer_deed"),
            path("<uuid:customer_id>/timeline/", view(require_GET(self.timeline)), name="customer_timeline"),
            path(
                "<uuid:customer_id>/reveal/<uuid:license_id>/<uuid:key_id>/",
                view(only_with(REVEAL)(asks_for_proof(never_cache(both(self.reveal))))),
                name="customer_reveal",
            ),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        customer: Customer | None = kwargs.get("obj")
        if customer is not None:
            concerns(request, customer.pk)
            story = story_of(customer, now=timezone.now())
            context |= {
                "story": story,
                "timeline": page_of_time(story.whose, most=ON_THE_PAGE),
                "links": links_for(request.user, customer),
                "closed": closed_for(request.user),
                "note_form": Noted(customer, None),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def response_post_save_change(self, request: HttpRequest, obj: Customer) -> HttpResponseRedirect:
        """Corrected: back to the story, not to the list."""
        return HttpResponseRedirect(page_of(obj))

    def timeline(self, request: HttpRequest, customer_id: UUID) -> HttpResponse:
        """Everything that happened, page by page, of the kinds that were chosen."""
        customer = self.customer_of(request, customer_id)
        if not self.has_view_permission(request, customer):
            raise PermissionDenied
        boxes = mailboxes_of(customer.known_addresses(), now=timezone.now())
        kinds = [kind for kind in Kind if kind in request.GET.getlist("kind")]
        page = page_of_time(
            Whose(customer.pk, tuple(each.box for each in boxes)),
            kinds=kinds,
            before=place_of(request.GET.get("before", "")),
            most=OF_A_PAGE,
        )
        shown = {"timeline": page, "kinds": list(Kind), "chosen": kinds, "begun": request.GET.get("before")}
        return self.own_page(request, customer, "console/customer_timeline.html", "Timeline", shown)

    def deed(self, request: HttpRequest, customer_id: UUID, name: str) -> HttpResponse:
        """What would happen, and a button; pressed, it happens, and the customer's page says so."""
        deed = DEEDS.get(name)
        if deed is None:
            raise Http404
        refuse_unless(request, deed.permission)
        customer = self.customer_of(request, customer_id)
        row = row_of(deed, customer, request.POST or request.GET)
        form = deed.form(customer, row, request.POST if request.method == "POST" else None)
        if request.method != "POST" or not form.is_valid():
            return self.asked_page(request, deed, form)
        asked = Asked(customer, row, form.cleaned_data, **who_asks(request))
        try:
            messages.success(request, deed.act(asked))
        except (Refused, RecoveryError) as error:
            messages.error(request, in_words(error))
        return HttpResponseRedirect(page_of(customer))

    def asked_page(self, request: HttpRequest, deed: Deed, form: DeedForm) -> HttpResponse:
        focus_on_words(form)
        shown = {"deed": deed, "form": form, "row": form.row}
        if isinstance(form.row, Purchase):
            sold = License.objects.filter(line__purchase=form.row)
            shown["units"] = units_of(sold, most=UNITS, now=timezone.now())
        status = 422 if form.is_bound else 200
        return self.own_page(
            request, form.customer, "console/customer_deed.html", deed.title, shown, status=status
        )

    def reveal(self, request: HttpRequest, customer_id: UUID, license_id: UUID, key_id: UUID) -> HttpResponse:
        """Asks why; then shows the code, on this one page, and nowhere else."""
        refuse_unless(request, REVEAL)
        customer = self.customer_of(request, customer_id)
        served = KeyAssignment.objects.filter(license=license_id, key=key_id, license__owner=customer)
        assignment = served.select_related("license__edition__product", "key").first()
        if assignment is None:
            raise Http404
        form = Revealed(customer, assignment, request.POST if request.method == "POST" else None)
        shown: dict[str, Any] = {"form": form, "assignment": assignment}
        if request.method == "POST" and form.is_valid():
            by, given = request.user.get_username(), form.cleaned_data
            try:
                shown["revealed"] = reveal(license_id, key_id=key_id, by=by, now=timezone.now(), **given)
            except (Refused, Tampered, UnknownKey) as error:
                messages.error(request, in_words(error))
                return HttpResponseRedirect(page_of(customer))
        status = 422 if form.is_bound and not form.is_valid() else 200
        return self.own_page(
            request, customer, "console/customer_reveal.html", "Reveal a code", shown, status=status
        )

    def customer_of(self, request: HttpRequest, customer_id: UUID) -> Customer:
        """Whom the page is about; the look is filed under them."""
        customer = Customer.objects.prefetch_related(with_addresses()).filter(pk=customer_id).first()
        if customer is None:
            raise Http404
        concerns(request, customer.pk)
        return customer

    def own_page(
        self,
        request: HttpRequest,
        customer: Customer,
        template: str,
        title: str,
        shown: dict[str, Any],
        *,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "customer": customer,
            **shown,
        }
        return TemplateResponse(request, template, context, status=status)


def who_asks(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.user.get_username(), "now": timezone.now(), "has": request.user.has_perm}


def row_of(deed: Deed, customer: Customer, sent: Mapping[str, Any]) -> Any:
    """The row that the button was beside, among the customer's own. 404 for any other."""
    if deed.rows is None:
        return None
    asked = str(sent.get("row", ""))
    row = next((row for pk in row_id(asked) for row in deed.rows(customer).filter(pk=pk)[:1]), None)
    if row is None and not (deed.optional_row and not asked):
        raise Http404
    return row
