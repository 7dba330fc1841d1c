"""What follows at once when somebody has said in the console what a store's product means."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from licensing.admin.catalog import MappingAdmin
from licensing.console.search import can_be_stored, row_id
from licensing.console.told_words import counted
from licensing.intake.unplaced import next_lines, place_lines
from licensing.keys.vault import Tampered, UnknownKey
from licensing.keys.waiting import serve_waiting
from licensing.models import Edition, Mapping, MappingItem, PurchaseLine, Store

MOST_AT_ONCE: Final = 2_000  # lines; a page must answer within seconds
TOO_MANY: Final = (
    f"More than {MOST_AT_ONCE:,} kept lines wait in this shop. Have them placed with: manage.py place_lines"
)
LOCKED: Final = (
    "Saved, but no line was placed: a kept line has a code that cannot be decrypted with the present keys."
)
NONE: Final = "No kept line waited for it."


class SayingMapping(MappingAdmin):
    """A mapping that is saved makes licenses and keys of what was sold before, and leads back to where it was asked."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        cast("Any", request).said = form.instance

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The lines are placed after the mapping's own transaction: theirs may wait for others."""
        response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        said: Mapping | None = getattr(request, "said", None)
        if said is not None and response.status_code == HttpResponseRedirect.status_code:
            self.place(request, said)
        return response

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Where it is asked for kept lines, it says first how many will become licenses."""
        if request.method == "GET" and (words := waiting_for(request.GET)):
            messages.info(request, words)
        return super().add_view(request, form_url, extra_context)

    def place(self, request: HttpRequest, said: Mapping) -> None:
        try:
            messages.info(request, placed_by(said))
        except (Tampered, UnknownKey):
            messages.error(request, LOCKED)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return back(request, super().response_add(request, obj, post_url_continue))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return back(request, super().response_change(request, obj))


def back(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """To the page on this host that `?next=` names, if it was saved to be left."""
    there = request.GET.get("next", "")
    leaves = "_continue" not in request.POST and "_addanother" not in request.POST
    local = there.startswith("/") and url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    return HttpResponseRedirect(there) if leaves and local else response


def waiting_for(asked: QueryDict) -> str:
    """What saving will do to the lines of that store's product; empty where none waits."""
    product, variant = asked.get("product_ref", ""), asked.get("variant", "")
    if not (can_be_stored(product) and can_be_stored(variant)):
        return ""
    lines = PurchaseLine.objects.unplaced().filter(
        purchase__store__in=row_id(asked.get("store", "")), product_ref=product, variant=variant
    )
    waits = lines.order_by()[: MOST_AT_ONCE + 1].count()
    return (
        f"{counted(waits, 'kept line')} of “{product}”: saving makes licenses of what it hands out."
        if waits
        else ""
    )


def placed_by(mapping: Mapping) -> str:
    """Place the kept lines of the mapping's store, serve its editions, and say what came of it."""
    now, store = timezone.now(), mapping.store
    if next_lines(store, None)[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE:
        return TOO_MANY
    lines = place_lines(store, now=now)
    return outcome(lines, serve_waiting(handed_out([store]), now=now))


def placed_in(stores: list[Store]) -> str:
    """The same for all that was said of these stores."""
    now = timezone.now()
    lines = sum(place_lines(store, now=now) for store in stores)
    return outcome(lines, serve_waiting(handed_out(stores), now=now), none="No mapping knows these yet.")


def handed_out(stores: list[Store]) -> QuerySet[Edition]:
    """Everything that products of these stores mean, at whatever time."""
    items = MappingItem.objects.filter(mapping__store__in=stores)
    return Edition.objects.filter(pk__in=items.values("edition")).select_related("product")


def outcome(lines: int, keys: int, *, none: str = NONE) -> str:
    if not lines and not keys:
        return none
    return f"{counted(lines, 'kept line')} became licenses, {counted(keys, 'key')} given."
