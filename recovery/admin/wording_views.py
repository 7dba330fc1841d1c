"""The pages on which mail texts are written: all of them at a glance, and one with its preview and versions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from licensing.console.pages import ReadOnly
from recovery.admin.wording_forms import Typed, beginning, phrase_fields, typed_in
from recovery.admin.wording_preview import POLICY_WITH_FRAMES, built_in_of, preview_of, preview_page
from recovery.admin.wording_rows import at_a_glance, language_name, still_english, title_of, versions_of
from recovery.errors import NoAddress, Overtaken, RecoveryError, TooManyTests
from recovery.journeys.wordings import reset, save, seen_of, try_out, use_again
from recovery.mail.wording.examples import examples
from recovery.mail.wording.kinds import KINDS
from recovery.mail.wording.markup import Refused
from recovery.mail.wording.phrases import PHRASES_MAIL
from recovery.models import Wording

NO_ADDRESS: Final = (
    "Your account has no email address, so nothing was sent. An administrator can give it one."
)
ENOUGH: Final = "Enough tests for this hour. Nothing was sent."


def in_words(error: RecoveryError) -> str:
    if isinstance(error, Overtaken):
        who = error.by or "somebody"
        return f"This text was changed by {who} while you wrote. Nothing was saved; what you typed is below."
    return NO_ADDRESS if isinstance(error, NoAddress) else ENOUGH


class Writable(ReadOnly):
    """The list of versions, with the pages that write them."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        one = "texts/<slug:mail>/<slug:language>/"
        return [
            path("texts/", view(require_GET(self.index)), name="wording_index"),
            path(one, view(require_http_methods(["GET", "POST"])(self.edit)), name="wording_edit"),
            path(f"{one}preview/", view(require_POST(self.preview)), name="wording_preview"),
            path(f"{one}built-in/", view(require_GET(self.built_in)), name="wording_built_in"),
            path(f"{one}reset/", view(require_POST(self.reset)), name="wording_reset"),
            path(f"{one}use/<uuid:version>/", view(require_POST(self.use)), name="wording_use"),
            *super().get_urls(),
        ]

    def index(self, request: HttpRequest) -> HttpResponse:
        self.ensure_may_look(request)
        context = self.frame(request, "Mail texts") | {"groups": at_a_glance()}
        return TemplateResponse(request, "console/wordings.html", context)

    def edit(self, request: HttpRequest, mail: str, language: str) -> HttpResponse:
        self.ensure_there_is(request, mail, language)
        if request.method == "POST":
            return self.write(request, typed_in(request.POST, mail=mail, language=language))
        latest = Wording.objects.of(mail, language)
        row = latest.filter(active=True).first()
        if request.GET.get("latest"):
            row = latest.first()
        typed = replace(beginning(mail, language, row), seen=seen_of(mail, language))
        return self.edit_page(request, typed)

    def write(self, request: HttpRequest, typed: Typed) -> HttpResponse:
        """Saves it, or sends it to who wrote it as a test. Whatever is wrong, what was typed is shown again."""
        self.ensure_may_write(request)
        by, now = request.user.get_username(), timezone.now()
        tried = "test" in request.POST
        try:
            if tried:
                try_out(typed.written(), by=by, person=int(request.user.pk or 0), seen=typed.seen, now=now)
            else:
                save(typed.written(), by=by, reason=typed.reason, seen=typed.seen)
        except Refused as error:
            return self.edit_page(request, replace(typed, faults=tuple(error.faults)), status=422)
        except RecoveryError as error:
            messages.error(request, in_words(error))
            status = 409 if isinstance(error, Overtaken) else 429 if isinstance(error, TooManyTests) else 422
            fresh = replace(typed, seen=seen_of(typed.mail, typed.language))
            return self.edit_page(request, fresh, status=status)
        messages.success(request, self.done(request, tried=tried))
        return HttpResponseRedirect(address_of(typed.mail, typed.language) + ("?latest=1" if tried else ""))

    def done(self, request: HttpRequest, *, tried: bool) -> str:
        if not tried:
            return "Saved. Mails go out with it from now on."
        return f"A test is on its way to {request.user.email}. No customer's mail has changed."  # type: ignore[union-attr]  # the gate: a User

    def preview(self, request: HttpRequest, mail: str, language: str) -> HttpResponse:
        self.ensure_there_is(request, mail, language)
        typed = typed_in(request.POST, mail=mail, language=language)
        of = mail if mail in KINDS else request.POST.get("of", "keys")
        if of not in KINDS:
            raise Http404
        shown = preview_of(typed, mail=of, example=request.POST.get("example", ""))
        return preview_page(request, shown)

    def built_in(self, request: HttpRequest, mail: str, language: str) -> HttpResponse:
        self.ensure_there_is(request, mail, language)
        if mail not in KINDS:
            raise Http404
        return preview_page(request, built_in_of(mail, example=request.GET.get("example", "")))

    def reset(self, request: HttpRequest, mail: str, language: str) -> HttpResponse:
        self.ensure_there_is(request, mail, language)
        self.ensure_may_write(request)
        said = request.POST
        try:
            reset(
                mail,
                language,
                by=request.user.get_username(),
                reason=said.get("reason", "")[:300],
                seen=said.get("seen", ""),
            )
        except Overtaken as error:
            messages.error(request, in_words(error))
        else:
            messages.success(request, "Mails have the built-in text again. The versions are kept.")
        return HttpResponseRedirect(address_of(mail, language))

    def use(self, request: HttpRequest, mail: str, language: str, version: UUID) -> HttpResponse:
        self.ensure_there_is(request, mail, language)
        self.ensure_may_write(request)
        if not Wording.objects.of(mail, language).filter(pk=version).exists():
            raise Http404
        try:
            use_again(version, by=request.user.get_username(), reason="", seen=request.POST.get("seen", ""))
        except Overtaken as error:
            messages.error(request, in_words(error))
        except Refused as error:
            messages.error(request, f"This version cannot be used any more: {error}. Nothing was changed.")
        else:
            messages.success(request, "That version is in use again, as the latest one.")
        return HttpResponseRedirect(address_of(mail, language))

    def edit_page(self, request: HttpRequest, typed: Typed, *, status: int = 200) -> HttpResponse:
        mail, kind = typed.mail, KINDS.get(typed.mail)
        title = f"{title_of(mail)}, {language_name(typed.language)}"
        context = self.frame(request, title) | {
            "kind": kind,
            "typed": typed,
            "language": typed.language,
            "mail": mail,
            "may_write": self.has_settle_permission(request),
            "examples": [each.title for each in examples(kind)] if kind else (),
            "kinds": KINDS.values(),
            "phrases": list(phrase_fields(typed)) if mail == PHRASES_MAIL else (),
            "versions": versions_of(mail, typed.language),
            "still_english": still_english(typed.language) if kind else 0,
            "active": Wording.objects.of(mail, typed.language).filter(active=True).first(),
        }
        template = "console/wording.html" if kind else "console/phrases.html"
        response = TemplateResponse(request, template, context, status=status)
        response["Content-Security-Policy"] = POLICY_WITH_FRAMES
        return response

    def frame(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts}

    def ensure_there_is(self, request: HttpRequest, mail: str, language: str) -> None:
        self.ensure_may_look(request)
        if mail not in (*KINDS, PHRASES_MAIL) or language not in settings.MAIL_LANGUAGES:
            raise Http404

    def ensure_may_look(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def ensure_may_write(self, request: HttpRequest) -> None:
        if not self.has_settle_permission(request):
            raise PermissionDenied


def address_of(mail: str, language: str) -> str:
    return reverse("admin:wording_edit", args=[mail, language])
