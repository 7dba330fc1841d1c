"""The button that closes a case on its page: somebody looked, and nothing more is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from licensing.admin.same_order import Twins
from licensing.console.cells import page_of
from licensing.models import Case, CaseKind


@dataclass(frozen=True)
class Deed:
    title: str = "Close the case"
    says: str = "It leaves the first page. Nothing else is changed."
    main: bool = True


CLOSE: Final = Deed()


class Closable(Twins):
    """Cases of two orders are closed by what is said of them."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.close_one))
        return [path("<uuid:case_id>/close/", view, name="licensing_case_close"), *super().get_urls()]

    def close_one(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        if not self.has_settle_permission(request):
            raise PermissionDenied
        case = Case.objects.filter(pk=case_id).first()
        if case is None:
            raise Http404
        if self.closed(request, case):
            messages.success(request, "Closed.")
        else:
            messages.error(request, "It was closed already. Nothing was changed.")
        return HttpResponseRedirect(page_of(case))

    def closed(self, request: HttpRequest, case: Case) -> bool:
        """Whether it was this that closed it: one closed already keeps its date."""
        with transaction.atomic():
            closed = Case.objects.filter(pk=case.pk, closed_at=None).update(closed_at=timezone.now())
            if closed:
                self.note(request, "closed", case, "Closed")
        return bool(closed)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        case: Case | None = kwargs.get("obj")
        if case and self.may_be_closed(request, case):
            address = reverse("admin:licensing_case_close", args=[case.pk])
            context["deeds"] = [{"deed": CLOSE, "form": Form(), "address": address, "open": True}]
        return super().render_change_form(request, context, *args, **kwargs)

    def may_be_closed(self, request: HttpRequest, case: Case) -> bool:
        by_hand = case.closed_at is None and case.kind != CaseKind.SAME_ORDER
        return by_hand and self.has_settle_permission(request)
