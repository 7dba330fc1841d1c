"""Moving a license on its owner's behalf, and replacing a code that leaked: what would happen, and a button for it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from licensing.console.cells import page_of
from licensing.console.search import row_id
from licensing.console.second_person import ForTwo, needs_second_person
from licensing.models import Platform
from recovery.admin.exchange_deeds import AFTER, LONGEST_REASON, Written, in_plain_words
from recovery.admin.exchange_outlook import Outlook, outlook
from recovery.admin.exchange_views import Decidable
from recovery.errors import RecoveryError
from recovery.journeys.exchange_support import move_for
from recovery.journeys.leaked_key import Replaced, replace_everywhere
from recovery.models import ExchangeState

EVERYWHERE = needs_second_person(
    ForTwo.BULK, "Replace a code for everybody who has it", when=lambda request, **_: "whole" in request.POST
)

FROM_CUSTOMER: Final = "customer"  # said in the address of the page by the customer's page


class MoveForm(forms.Form):
    """The reason is required where the rules do not allow the move by themselves."""

    platform = forms.ChoiceField(choices=Platform.choices)
    words = Written(longest=LONGEST_REASON, label="Reason, for our records only (optional)", required=False)

    def __init__(self, *args: Any, beyond: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if beyond:
            self.fields["words"].required = True
            self.fields["words"].label = "Reason for going beyond the rules (recorded)"


class LeakForm(forms.Form):
    """`key` is the code that was on the page, so that a second press finds nobody on it any more."""

    key = forms.UUIDField()
    whole = forms.BooleanField(required=False)
    words = Written(longest=LONGEST_REASON, label="Where it leaked, or how you know (recorded)")


class Startable(Decidable):
    """The pages on which support begins an exchange."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("start/", view(require_GET(self.start)), name="recovery_exchange_start"),
            path("start/move/", view(require_POST(self.move)), name="recovery_exchange_move"),
            path(
                "start/replace/",
                view(EVERYWHERE(require_POST(self.replace))),
                name="recovery_exchange_replace",
            ),
            *super().get_urls(),
        ]

    def start(self, request: HttpRequest) -> HttpResponse:
        return self.start_page(request, self.looked_up(request, request.GET))

    def move(self, request: HttpRequest) -> HttpResponse:
        shown = self.looked_up(request, request.POST)
        if shown.seen != request.POST.get("seen"):
            return went_on(request, shown)
        form = MoveForm(request.POST, auto_id="move-%s", beyond=shown.beyond)
        if not form.is_valid():
            return self.start_page(request, shown, move=form, status=422)
        given = form.cleaned_data
        by, now = request.user.get_username(), timezone.now()
        try:
            done = move_for(
                shown.license.pk, platform=given["platform"], by=by, reason=given["words"], now=now
            )
        except RecoveryError as error:
            messages.error(request, in_plain_words(error))
            return HttpResponseRedirect(start_of(shown.license.pk))
        messages.success(request, AFTER[ExchangeState(done.state)])
        return HttpResponseRedirect(way_back(request, shown) or page_of(done))

    def replace(self, request: HttpRequest) -> HttpResponse:
        shown = self.looked_up(request, request.POST)
        form = LeakForm(request.POST, auto_id="leak-%s")
        if not form.is_valid():
            return self.start_page(request, shown, leak=form, status=422)
        given = form.cleaned_data
        result = replace_everywhere(
            given["key"],
            by=request.user.get_username(),
            reason=given["words"],
            now=timezone.now(),
            only=None if given["whole"] else shown.license.pk,
        )
        tell(request, result)
        if still := result.more or next(iter(result.without_code), None):
            return HttpResponseRedirect(start_of(still))
        if back := way_back(request, shown):
            return HttpResponseRedirect(back)
        return HttpResponseRedirect(page_of(result.begun[0]) if result.begun else start_of(shown.license.pk))

    def looked_up(self, request: HttpRequest, asked: Any) -> Outlook:
        """The license that is asked about. 403 for who may not change exchanges, before anything is looked up."""
        if not self.has_settle_permission(request):
            raise PermissionDenied
        shown = next((outlook(pk, now=timezone.now()) for pk in row_id(asked.get("license", ""))), None)
        if shown is None:
            raise Http404
        return shown

    def start_page(
        self,
        request: HttpRequest,
        shown: Outlook,
        *,
        move: forms.Form | None = None,
        leak: forms.Form | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Move a license, or replace its key",
            "opts": self.opts,
            "shown": shown,
            "back": FROM_CUSTOMER if way_back(request, shown) else "",
            "pressed": move.data.get("platform") if move else "",
            "move": move or MoveForm(auto_id="move-%s", beyond=shown.beyond),
            "leak": leak or LeakForm(auto_id="leak-%s", initial={"whole": True}),
        }
        return TemplateResponse(request, "console/start.html", context, status=status)


def way_back(request: HttpRequest, shown: Outlook) -> str:
    """The owner's page, for who came from there; empty for everybody else."""
    came_from = (request.POST or request.GET).get("back")
    owner = shown.license.owner
    return page_of(owner) if owner and came_from == FROM_CUSTOMER else ""


def went_on(request: HttpRequest, shown: Outlook) -> HttpResponse:
    """The button was pressed twice, or on a page from before: what stands is shown instead of done again."""
    messages.info(request, "The license has another key since that page was shown. Nothing was changed now.")
    latest = shown.unit.latest
    return HttpResponseRedirect(page_of(latest) if latest else start_of(shown.license.pk))


def start_of(license_id: UUID) -> str:
    return f"{reverse('admin:recovery_exchange_start')}?{urlencode({'license': str(license_id)})}"


def tell(request: HttpRequest, result: Replaced) -> None:
    """What became of the licenses on the code, group by group."""
    waiting = [each for each in result.begun if each.state == ExchangeState.WAITING]
    done = len(result.begun) - len(waiting)
    said = (
        (messages.SUCCESS, done, "Licenses with another code: {}. A mail tells each owner."),
        (
            messages.INFO,
            len(waiting),
            "Licenses that wait for the generator: {}. The leaked code serves until then.",
        ),
        (
            messages.WARNING,
            len(result.without_code),
            "Licenses that still have the leaked code: {}. There is no other "
            "to give. Load codes, then press again: this is one of them.",
        ),
        (
            messages.INFO,
            len(result.left),
            "Licenses left as they are, since they are over, not paid, or moving already: {}.",
        ),
        (messages.WARNING, int(result.more is not None), "More licenses are on this code. Press again."),
    )
    for level, count, words in said:
        if count:
            messages.add_message(request, level, words.format(count))
    if not any(count for _, count, _ in said):
        messages.info(request, "No license that this was asked for is on that code any more.")
