"""The page of a case about two orders that may be one (or two customers): both side by side, and the buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from licensing.admin.keys import masked
from licensing.console.cells import EMPTY, day, page_of, state
from licensing.console.holding import Held
from licensing.console.search import row_id
from licensing.intake.joining import CannotJoin, Pair, Side, join, pair_of, part, refuse
from licensing.models import Case, CaseKind, Customer, Purchase, PurchaseState

STATE_TONES: Final = {PurchaseState.PAID: "good", PurchaseState.UNPAID: "wait", PurchaseState.TEST: "off"}


@dataclass(frozen=True)
class Deed:
    """One button: what it brings about, and the call with case, order that was shown as kept, login and moment."""

    name: str
    title: str
    says: str
    done: str
    act: Callable[[UUID, UUID, str, datetime], object]
    main: bool = False


DEEDS: Final = {
    deed.name: deed
    for deed in (
        Deed(
            "join",
            "Same order",
            "Only the order marked as kept counts from now on; the other's licenses count no more. A refund or dispute "
            "that either shop tells counts. It can be taken back here.",
            "They are one order now.",
            lambda case, kept, by, now: join(case, kept=kept, by=by, now=now),
            main=True,
        ),
        Deed(
            "refuse",
            "Not the same",
            "Both stay as they are. They are not suggested again.",
            "They stay two orders, and are not suggested again.",
            lambda case, kept, by, now: refuse(case, by=by, now=now),
        ),
        Deed(
            "part",
            "They are two after all",
            "Each counts by itself again, with what its own shop says of its payment and the owner it had.",
            "They are two orders again.",
            lambda case, kept, by, now: part(case, by=by, now=now),
        ),
    )
}


class Twins(Held):
    """A case's page with what may be said of its two orders."""

    change_form_template = "console/case.html"

    def is_undecided(self, row: Any) -> bool:
        return row.closed_at is None

    def get_urls(self) -> list[URLPattern]:
        settle = self.admin_site.admin_view(require_POST(self.settle))
        own = path("<uuid:case_id>/<slug:name>/<uuid:kept>/", settle, name="licensing_case_same_order")
        return [own, *super().get_urls()]

    def settle(self, request: HttpRequest, case_id: UUID, name: str, kept: UUID) -> HttpResponse:
        if not self.has_settle_permission(request):
            raise PermissionDenied
        case = Case.objects.filter(pk=case_id, kind=CaseKind.SAME_ORDER).first()
        if name not in DEEDS or case is None:
            raise Http404
        try:
            with transaction.atomic():
                DEEDS[name].act(case_id, kept, request.user.get_username(), timezone.now())
                self.note(request, f"said_{name}", case, {"deed": DEEDS[name].title, "kept": str(kept)})
        except CannotJoin as problem:
            messages.error(request, f"{problem} Nothing was changed.")
        else:
            messages.success(request, DEEDS[name].done)
        return HttpResponseRedirect(page_of(case))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        case: Case | None = kwargs.get("obj")
        pair = pair_of(case) if case else None
        if case and pair:
            context["rows"], context["pair"] = side_by_side(pair), pair
            context["ending"] = joined_words(masked(each.key) for each in pair.ending)
            if self.has_settle_permission(request):
                context["deeds"] = deeds_on(case, pair)
        return super().render_change_form(request, context, *args, **kwargs)


def deeds_on(case: Case, pair: Pair) -> list[dict[str, Any]]:
    names = ["part"] if pair.joined else ["join"] if case.closed_at else ["join", "refuse"]
    kept = pair.kept.purchase.pk
    return [
        {
            "deed": DEEDS[name],
            "form": Form(),
            "address": reverse("admin:licensing_case_same_order", args=[case.pk, name, kept]),
        }
        for name in names
    ]


def side_by_side(pair: Pair) -> list[tuple[str, str, str]]:
    """What tells the orders apart, row by row: (what, of the kept one, of the other)."""
    return [(title, of(pair.kept), of(pair.other)) for title, of in ROWS]


def order_link(side: Side) -> str:
    return format_html('<a href="{}">{}</a>', page_of(side.purchase), side.purchase.reference)


def buyer_link(side: Side) -> str:
    buyer = side.purchase.buyer
    return format_html('<a href="{}">{}</a>', page_of(buyer), buyer) if buyer else "not known"


def state_of(side: Side) -> str:
    found = side.purchase.state
    return state(found.label, STATE_TONES.get(found, "bad"))


def joined_words(parts: Iterable[object]) -> str:
    return format_html_join(", ", "{}", ((each,) for each in parts)) or EMPTY


ROWS: Final[tuple[tuple[str, Callable[[Side], str]], ...]] = (
    ("Shop", lambda side: str(side.purchase.store)),
    ("Order", order_link),
    ("Ordered", lambda side: day(side.purchase.ordered_at)),
    ("Buyer", buyer_link),
    ("Payment", state_of),
    ("Lines", lambda side: joined_words(side.lines)),
    ("Licenses", lambda side: joined_words(each.edition for each in side.licenses)),
    ("Keys", lambda side: joined_words(masked(each.key) for each in side.keys)),
)


def matched(case: Case) -> str:
    """By what another order, or another customer, was found, and the way there."""
    words = case.detail.get("matched") or ", ".join(case.detail.get("alike", ()))
    model, name = (Purchase, "order") if case.kind == CaseKind.SAME_ORDER else (Customer, "customer")
    other = next((page_of(model(pk=pk)) for pk in row_id(str(case.detail.get("other", "")))), "")
    return format_html('<b>same</b> {} · <a href="{}">the other {}</a>', words, other, name)
