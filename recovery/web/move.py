"""Moving licenses to another platform: what would happen, one button, what has happened, and the way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recovery.errors import (
    CannotUndo,
    ExchangeRefused,
    NoSuchLicense,
    NotRunning,
    RecoveryError,
    Stale,
    TooManyMoves,
    TooManyQuestions,
)
from recovery.journeys.exchange import (
    answer,
    ask_support,
    batch_of,
    cancel,
    move,
    of_owner,
    preview,
    undo_move,
)
from recovery.journeys.licenses import cards_of, looks
from recovery.web.errors import NOT_FOUND, Trouble, Words, trouble_page
from recovery.web.licenses import ViewPage
from recovery.web.opened import view_of
from recovery.web.redirects import see


def stays(status: int, title: Words, what: Words, advice: Words = "") -> Trouble:
    """The view goes on; the next step is back to it."""
    return Trouble(status, title, what, advice, button=_("Back to your licenses"), url="/licenses/")


TROUBLES: dict[type[RecoveryError], Trouble] = {
    NoSuchLicense: NOT_FOUND,
    Stale: stays(
        409,
        _("Something changed since that page was shown"),
        _("The license was moved or changed meanwhile, perhaps in another window. Nothing was changed now."),
    ),
    CannotUndo: stays(
        409,
        _("This move can no longer be undone"),
        _("It was undone or followed by another one, or its time is over. Nothing was changed now."),
    ),
    NotRunning: stays(
        409,
        _("This was decided meanwhile"),
        _("The move was done, declined or cancelled since that page was shown. Nothing was changed now."),
    ),
    TooManyMoves: stays(
        429,
        _("This license needs a rest"),
        _("Its move was begun and cancelled many times today. Nothing was changed now."),
        _("Tomorrow it can move again."),
    ),
    TooManyQuestions: stays(
        429,
        _("Support has enough to read for today"),
        _("You wrote many times today. What you wrote before was kept; this last text was not."),
        _("The answer comes by mail."),
    ),
}


class MovePage(ViewPage):
    """A page about moves, inside the view."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except tuple(TROUBLES) as error:
            return trouble_page(TROUBLES[type(error)])


class Move(MovePage):
    """What a move would do, and the button for it. `unit` is a license and the assignment that was shown as its key."""

    template = "move"

    def get(self, request: HttpRequest, license_id: UUID, platform: str) -> HttpResponse:
        return self.preview(request, license_id, platform)

    def post(self, request: HttpRequest, license_id: UUID, platform: str) -> HttpResponse:
        chosen = chosen_units(request.POST.getlist("unit"))
        if not chosen:
            return self.preview(request, license_id, platform, status=422, none_chosen=True)
        try:
            done = move(view_of(request), chosen=chosen, platform=platform, now=timezone.now())
        except ExchangeRefused as refused:
            return self.preview(request, license_id, platform, status=409, refused=refused.decision)
        return see("moved", done[0].pk)

    def preview(
        self, request: HttpRequest, license_id: UUID, platform: str, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        view = view_of(request)
        shown = preview(view, license_id=license_id, platform=platform, now=timezone.now())
        return self.page(request, status=status, view=view, shown=shown, **context)


def chosen_units(values: list[str]) -> dict[UUID, UUID]:
    """`license.assignment` pairs as the form sends them. Raises `NoSuchLicense` for anything else."""
    try:
        return {UUID(license_id): UUID(seen) for license_id, _dot, seen in (v.partition(".") for v in values)}
    except ValueError as error:
        raise NoSuchLicense from error


class AskSupport(MovePage):
    """A move beyond the rules becomes a case; the answer comes by mail."""

    def post(self, request: HttpRequest, license_id: UUID, platform: str) -> HttpResponse:
        now, text = timezone.now(), request.POST.get("text", "")
        try:
            asked = ask_support(
                view_of(request), license_id=license_id, platform=platform, text=text, now=now
            )
        except ExchangeRefused:
            return see("move", license_id, platform)
        return see("moved", asked.pk)


class Moved(MovePage):
    """How an exchange stands, with the new key once it is there."""

    template = "moved"

    def get(self, request: HttpRequest, exchange_id: UUID) -> HttpResponse:
        view, now = view_of(request), timezone.now()
        batch = batch_of(view, exchange_id=exchange_id)
        done = [each for each in batch if each.state == "done"]
        cards = cards_of(view, [each.license_id for each in batch if each.completed_at], now=now)
        return self.page(
            request,
            view=view,
            now=now,
            exchange=batch[0],
            moves={},  # the cards here offer no further move
            looks=looks(cards),
            waiting=[each for each in batch if each.state == "waiting"],
            cards=cards,
            undoable=any(each.old_key_until and now < each.old_key_until for each in done),
        )


class Answer(MovePage):
    def post(self, request: HttpRequest, exchange_id: UUID) -> HttpResponse:
        text = request.POST.get("text", "")
        exchange = answer(view_of(request), exchange_id=exchange_id, text=text, now=timezone.now())
        return see("moved", exchange.pk)


class Cancel(MovePage):
    def post(self, request: HttpRequest, exchange_id: UUID) -> HttpResponse:
        cancel(view_of(request), exchange_id=exchange_id, now=timezone.now())
        return see("licenses")


class Undo(MovePage):
    """What taking a move back would do, and the button for it."""

    template = "undo"

    def get(self, request: HttpRequest, exchange_id: UUID) -> HttpResponse:
        unit, exchange = of_owner(view_of(request), exchange_id=exchange_id, now=timezone.now())
        if exchange.state == "undone":
            return see("moved", exchange.pk)
        if unit.undoable is None or unit.undoable.pk != exchange.pk:
            raise CannotUndo
        return self.page(request, exchange=exchange, unit=unit)

    def post(self, request: HttpRequest, exchange_id: UUID) -> HttpResponse:
        exchange = undo_move(view_of(request), exchange_id=exchange_id, now=timezone.now())
        return see("moved", exchange.pk)
