"""A file that is uploaded in the console goes into encrypted parts while it comes in; none of it touches a disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from licensing.audit.trail import record
from licensing.intake import uploads
from licensing.models import ImportRun

FIELD = "file"
View = Callable[[HttpRequest], HttpResponseBase]


class IntoParts(FileUploadHandler):
    """Takes the first file of the form. `run` is what it became, once it is here as a whole."""

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.run: ImportRun | None = None
        self.coming: ImportRun | None = None
        self.too_large = False
        self.rest = bytearray()
        self.number = 0

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        if field_name != FIELD or self.coming is not None:
            raise SkipFile
        with transaction.atomic():
            self.coming = uploads.begin(file_name)
            self.note("upload_begun", self.coming)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > uploads.MOST_UPLOADED:
            self.too_large = True
            self.drop()
            raise SkipFile
        self.rest += raw_data
        while len(self.rest) >= uploads.PART:
            self.put(bytes(self.rest[: uploads.PART]))
            del self.rest[: uploads.PART]

    def put(self, content: bytes) -> None:
        if self.coming is not None:
            uploads.add_part(self.coming, self.number, content)
            self.number += 1

    def file_complete(self, file_size: int) -> None:
        """Django gets no file: there is nothing of it here that a view could read."""
        if self.coming is None:
            return
        if self.rest:
            self.put(bytes(self.rest))
            self.rest.clear()
        with transaction.atomic():
            uploads.complete(self.coming, file_size)
            self.note("uploaded", self.coming)
        self.run = self.coming

    def note(self, deed: str, run: ImportRun) -> None:
        """Before its parts come in, and once all of them are here: no transaction lasts as long as an upload."""
        by = self.request.user.get_username() if self.request else ""
        record(f"importrun.{deed}", by=by, row=run, details={"file": run.file_name})

    def upload_interrupted(self) -> None:
        self.drop()

    def drop(self) -> None:
        if self.coming is not None:
            uploads.discard(self.coming)


def taking_files(view: View, *, may: Callable[[HttpRequest], bool]) -> View:
    """The view with that handler. Who may not upload is refused before anything of the body is read: the check of the
    form's token reads it, so it comes second (`view` does it)."""

    @csrf_exempt
    @wraps(view)
    def entry(request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST":
            if not may(request):
                raise PermissionDenied
            request.upload_handlers = [IntoParts(request)]
        return view(request)

    return entry


def arrived(request: HttpRequest) -> IntoParts:
    """What became of the file of this request."""
    _ = request.POST  # reads the body
    return next(handler for handler in request.upload_handlers if isinstance(handler, IntoParts))
