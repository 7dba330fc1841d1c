"""Files in: uploaded, told what they are, tried, put on file, and looked after while a worker does it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from licensing.admin.runs import ListedRunAdmin
from licensing.console.import_questions import (
    ANY,
    ENCODINGS,
    NEW,
    Question,
    store_choices,
    store_made,
)
from licensing.console.import_words import counts, phase_of, progress, shown_rows
from licensing.console.second_person import ForTwo, always, needs_second_person
from licensing.console.uploading import IntoParts, arrived, taking_files
from licensing.import_tasks import wake
from licensing.intake import uploads
from licensing.intake.detect import detect
from licensing.intake.mapped.maps import save
from licensing.intake.rejects import rejects_as_csv
from licensing.intake.states import counted_as
from licensing.intake.stores import KINDS
from licensing.models import ImportRun, ImportState, RowOutcome

DEEDS = {  # what a button of a run's page does, and what is said where it is too late for it
    "pause": (uploads.pause, "It does not run any more."),
    "resume": (uploads.resume, "It runs already."),
    "keep": (uploads.keep, "It is being imported already, or was not read to its end."),
    "again": (uploads.ask_again, "The file is not here any more: upload it again."),
    "discard": (uploads.discard, "What is being imported, or was, cannot be discarded."),
}
PUT_ON_FILE = needs_second_person(
    ForTwo.BULK,
    "Put what a file says on file",
    when=lambda request, **_: request.POST.get("do") == "keep",
)
REJECTS = needs_second_person(ForTwo.EXPORTS, "Download the rejected rows of a file", when=always)
TOO_LARGE = (
    "The file has more than 200 MB. Import it on the command line: manage.py import_purchases, "
    "or export a shorter range of dates at a time."
)


class ImportRunAdmin(ListedRunAdmin):
    change_list_template = "console/imports.html"
    change_form_template = "console/import_row.html"

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        upload = site.admin_view(require_http_methods(["GET", "POST"])(self.upload_page))
        check = site.admin_view(require_http_methods(["GET", "POST"])(self.check_page))
        run = site.admin_view(PUT_ON_FILE(require_http_methods(["GET", "POST"])(self.run_page)))
        told = site.admin_view(require_GET(self.progress_page))
        rejects = site.admin_view(REJECTS(require_GET(self.rejects_page)))
        return [
            path("upload/", taking_files(upload, may=self.may_import), name="licensing_importrun_upload"),
            path("<uuid:pk>/check/", check, name="licensing_importrun_check"),
            path("<uuid:pk>/run/", run, name="licensing_importrun_run"),
            path("<uuid:pk>/progress.json", told, name="licensing_importrun_progress"),
            path("<uuid:pk>/rejects.csv", rejects, name="licensing_importrun_rejects"),
            *super().get_urls(),
        ]

    def may_import(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request) and request.user.has_perm("licensing.add_importrun")

    def refuse_unless(self, allowed: bool) -> None:
        if not allowed:
            raise PermissionDenied

    def page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        return TemplateResponse(
            request, template, {**self.admin_site.each_context(request), "opts": self.opts, **context}
        )

    def upload_page(self, request: HttpRequest) -> HttpResponse:
        self.refuse_unless(self.may_import(request))
        problem = ""
        if request.method == "POST":
            handler = arrived(request)
            if handler.run is not None:
                return self.asked_or_begun(request, handler.run)
            problem = nothing_came(handler)
        return self.page(
            request,
            "console/import_upload.html",
            title="Import a file",
            problem=problem,
            said=request.POST if request.method == "POST" else {},
            stores=store_choices(),
            encodings=ENCODINGS,
            kinds=sorted(shop.title for shop in KINDS.values() if shop.exports),
        )

    def asked_or_begun(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """The file is read at once where it is clear what it is; else somebody is asked."""
        question = Question(run, request.POST.dict())
        clear = question.is_native or question.is_saved
        if question.is_answered and clear and not question.trouble:
            self.begin(request, run, question)
            return self.begun(run)
        ImportRun.objects.filter(pk=run.pk).update(
            store=question.store, encoding=question.encoding[:40], with_editions="editions" in request.POST
        )
        address = reverse("admin:licensing_importrun_check", args=[run.pk])
        new = question.new_kind or question.kind_to_make
        return HttpResponseRedirect(f"{address}?store={NEW}{new}" if new else address)

    def begun(self, run: ImportRun) -> HttpResponse:
        wake()
        return self.to_run(run)

    @transaction.atomic
    def begin(self, request: HttpRequest, run: ImportRun, question: Question) -> None:
        """It is read from here on, recorded with the store and the map that were made for it; or nothing is."""
        store = question.store or store_made(question.new_kind)
        columns = {} if question.is_native else question.columns
        if columns and (title := question.said.get("title", "").strip()):
            save(store, title, columns)
        encoding, editions = question.encoding, "editions" in request.POST
        if uploads.read_as(run, store=store, encoding=encoding, columns=columns, with_editions=editions):
            self.note(request, "begun", run, {"file": run.file_name, "store": str(store)})
        else:  # somebody else said it a moment ago
            transaction.set_rollback(True)

    def to_run(self, run: ImportRun) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:licensing_importrun_run", args=[run.pk]))

    def check_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        self.refuse_unless(self.may_import(request))
        run = get_object_or_404(ImportRun.objects.select_related("store"), pk=pk)
        if run.state != ImportState.UPLOADED or not run.uploaded:
            return self.to_run(run)
        said = request.POST if request.method == "POST" else request.GET
        question = Question(run, said.dict())
        if request.method == "POST" and "go" in request.POST and question.is_answered:
            self.begin(request, run, question)
            return self.begun(run)
        first, rest = question.fields() if question.needs_map else ([], [])
        return self.page(
            request,
            "console/import_check.html",
            title=run.file_name,
            run=run,
            question=question,
            stores=store_choices(question.kind_seen),
            chosen=said.get("store") or (str(question.store.pk) if question.store else ""),
            encodings=ENCODINGS,
            editions="editions" in said if request.method == "POST" else run.with_editions,
            first=first,
            rest=rest,
            recognised=bool(detect(question.header)),
            any_kind=f"{NEW}{ANY}",
            pressed="go" in said,
        )

    def run_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        self.refuse_unless(self.has_view_permission(request))
        run = get_object_or_404(ImportRun.objects.select_related("store"), pk=pk)
        if request.method == "POST":
            return self.done(request, run)
        if run.state == ImportState.UPLOADED and run.uploaded and self.may_import(request):
            return HttpResponseRedirect(reverse("admin:licensing_importrun_check", args=[run.pk]))
        return self.page(
            request,
            "console/import_run.html",
            title=run.file_name,
            run=run,
            counted_as=counted_as(run),
            phase=phase_of(run),
            counts=counts(run),
            rows=shown_rows(run),
            rejected=run.outcomes.get(RowOutcome.REJECTED.value, 0),
            again=(run.state == ImportState.FAILED or run.dry_run) and run.parts.exists(),
            any_good=run.rows > run.outcomes.get(RowOutcome.REJECTED.value, 0),
            may_change=self.has_settle_permission(request),
        )

    def done(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """One of the deeds. Afterwards the page of the run, or of all of them where it is gone."""
        self.refuse_unless(self.has_settle_permission(request))
        name = request.POST.get("do", "")
        if name not in DEEDS:
            return HttpResponse(status=400)
        deed, too_late = DEEDS[name]
        with transaction.atomic():
            done = deed(run)
            self.note(request, name, run, {"file": run.file_name, "done": bool(done)})
        if not done:
            messages.warning(request, too_late)
        elif name == "discard":
            messages.info(request, f"{run.file_name} was discarded. Nothing of it was kept.")
            return HttpResponseRedirect(reverse("admin:licensing_importrun_changelist"))
        wake()
        return self.to_run(run)

    def progress_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        self.refuse_unless(self.has_view_permission(request))
        return JsonResponse(progress(get_object_or_404(ImportRun, pk=pk)))

    def rejects_page(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        self.refuse_unless(self.has_view_permission(request))
        run = get_object_or_404(ImportRun, pk=pk)
        headers = {"Content-Disposition": 'attachment; filename="rejected-rows.csv"'}
        return StreamingHttpResponse(
            rejects_as_csv(run), content_type="text/csv; charset=utf-8", headers=headers
        )


def nothing_came(handler: IntoParts) -> str:
    return TOO_LARGE if handler.too_large else "Choose a file first."
