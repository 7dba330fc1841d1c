"""A change's page with the claim beside what is on file, and the addresses behind its buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from licensing.audit.looked import concerns
from licensing.console.cells import page_of
from licensing.console.holding import Held
from licensing.console.proof import asks_for_proof
from licensing.console.rights import only_with
from licensing.console.search import row_id
from licensing.models import Customer, with_addresses
from recovery.admin.exchange_deeds import LONGEST_REASON, Written
from recovery.admin.owner_change_cases import open_case_of, what_happened
from recovery.admin.owner_change_deeds import (
    DEEDS,
    SETTLE,
    SHORTEN,
    Deed,
    claimants_mute,
    in_plain_words,
    possible,
    what_follows,
)
from recovery.admin.owner_change_whom import compare
from recovery.claimed import Claimed, opened
from recovery.errors import RecoveryError
from recovery.journeys.decide_owner_change import approve
from recovery.mistyped import READ
from recovery.models import ChangeState, OwnerChange
from recovery.owners.compare import MOST, Candidate, candidates, compared, look_up, owner_of_new
from recovery.owners.same_name import same_named
from recovery.owners.told import needs_a_lead


class ApproveForm(forms.Form):
    """`retired`: the customer's addresses that give way to the new one."""

    customer = forms.UUIDField()
    words = Written(longest=LONGEST_REASON, label="Why you believe it (recorded)")


class Decidable(Held):
    change_form_template = "console/owner_change.html"

    def is_undecided(self, row: Any) -> bool:
        return bool(row.state == ChangeState.OPEN)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(
                f"<uuid:change_id>/do/{deed.name}/",
                view(self.way_to(deed)),
                name=f"owner_change_{deed.name}",
            )
            for deed in DEEDS.values()
        ]
        approve = path(
            "<uuid:change_id>/approve/", view(require_POST(self.approve)), name="owner_change_approve"
        )
        beside = path("<uuid:change_id>/compare/", view(require_POST(compare)), name="owner_change_compare")
        return [approve, beside, *own, *super().get_urls()]

    def way_to(self, deed: Deed) -> Any:
        def decide(request: HttpRequest, change_id: UUID) -> HttpResponse:
            return self.decide(request, change_id, deed)

        may = only_with(deed.right)
        return may(asks_for_proof(require_POST(decide))) if deed.proof else require_POST(decide)

    def decide(self, request: HttpRequest, change_id: UUID, deed: Deed) -> HttpResponse:
        if not request.user.has_perm(deed.right):
            raise PermissionDenied
        form = deed.form(request.POST)
        if not form.is_valid():
            messages.error(request, "A reason is needed, and recorded. Nothing was changed.")
            return back(change_id)
        return self.done(
            request,
            change_id,
            lambda: deed.act(change_id, request.user.get_username(), form.cleaned_data["words"]),
            after=deed.after,
        )

    def approve(self, request: HttpRequest, change_id: UUID) -> HttpResponse:
        if not request.user.has_perm(SETTLE):
            raise PermissionDenied
        form = ApproveForm(request.POST)
        if not form.is_valid():
            messages.error(request, "A reason is needed, and recorded. Nothing was changed.")
            return back(change_id)
        given = form.cleaned_data
        return self.done(
            request,
            change_id,
            lambda: approve(
                change_id,
                customer=given["customer"],
                retired=ticked(request, "retired"),
                mistyped=ticked(request, "mistyped"),
                lead=request.user.has_perm(SHORTEN),
                by=request.user.get_username(),
                reason=given["words"],
            ),
        )

    def done(
        self, request: HttpRequest, change_id: UUID, act: Callable[[], OwnerChange], *, after: str = ""
    ) -> HttpResponse:
        if not OwnerChange.objects.filter(pk=change_id).exists():
            raise Http404
        try:
            change = act()
        except RecoveryError as error:
            messages.error(request, in_plain_words(error))
        else:
            messages.success(request, after or what_follows(change))
        return back(change_id)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        change: OwnerChange | None = kwargs.get("obj")
        if change is not None:
            concerns(request, change.customer_id)
            context["deeds"] = deeds_on(change, request)
            context["waits_for"] = whom_it_waits_for(change, request)
            context["to_look_at"] = ended_case(change)
            context["muted"] = claimants_mute(change)
            context |= claim_beside_file(change, request)
        return super().render_change_form(request, context, *args, **kwargs)


def ticked(request: HttpRequest, name: str) -> list[UUID]:
    return [each for typed in request.POST.getlist(name) for each in row_id(typed)]


def back(change_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(page_of(OwnerChange(pk=change_id)))


def deeds_on(change: OwnerChange, request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "deed": deed,
            "form": deed.form(),
            "open": False,
            "address": reverse(f"admin:owner_change_{deed.name}", args=[change.pk]),
        }
        for deed in possible(change, request)
    ]


def ended_case(change: OwnerChange) -> dict[str, Any]:
    """Of a change that was stopped: its open case, and what happened; empty where nobody has to look."""
    case = open_case_of(change) if change.state == ChangeState.STOPPED else None
    return {"page": page_of(case), "words": what_happened(case)} if case else {}


def whom_it_waits_for(change: OwnerChange, request: HttpRequest) -> dict[str, bool]:
    """Of an approved change: whether nobody could be told, and whether who looks may do what only a lead may."""
    awaited = change.state == ChangeState.WAITING and not change.shortened_by
    held = awaited and needs_a_lead(change)
    read = READ in change.chosen
    return {
        "nobody_told": held and not read,
        "mistyped_read": held and read,
        "time": awaited,
        "runs": request.user.has_perm(SHORTEN),
    }


def claim_beside_file(change: OwnerChange, request: HttpRequest) -> dict[str, Any]:
    """What was typed, and whom it may be about; empty where nobody typed anything, or it was dropped."""
    claimed = opened(change.claimed, change_id=change.pk)
    if claimed is None:
        return {}
    decides = change.state == ChangeState.OPEN
    found = beside(claimed, request) if decides else []
    return {
        "claimed": claimed,
        "candidates": found,
        "same_named": of_the_same_name(claimed, found, request) if decides else [],
        "new_is": owner_of_new(change) if decides else None,
        "decides": decides and request.user.has_perm(SETTLE),
        "sees_code": request.user.has_perm(SETTLE),
    }


def of_the_same_name(claimed: Claimed, found: list[Candidate], request: HttpRequest) -> list[Customer]:
    """Beside those that are compared already; nobody for who may not look at customers."""
    if not request.user.has_perm("licensing.view_customer"):
        return []
    return same_named(claimed, apart_from=[each.customer.pk for each in found])


def beside(claimed: Claimed, request: HttpRequest) -> list[Candidate]:
    """Those that the claim leads to, and before them those whom support wants to compare (`?with=<id>`)."""
    now = timezone.now()
    found = candidates(claimed, now=now)
    known = {each.customer.pk for each in found}
    ids = [pk for typed in request.GET.getlist("with")[:MOST] for pk in row_id(typed)]
    picked = Customer.objects.filter(pk__in=ids).prefetch_related(with_addresses())
    wanted = [each for each in picked if each.pk not in known]
    leads = look_up(claimed) if wanted else None
    return [*(compared(each, claimed, leads, now=now) for each in wanted if leads), *found]
