"""A model's pages in the audit trail: whose row a page shows, and what a form changed of it, before and after.

It takes the place of Django's own log, which would keep names in clear for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from licensing.audit.looked import concerns, shows
from licensing.audit.trail import record
from licensing.console.cells import follow
from licensing.console.rights import refuse_unless

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class Noted(ModelAdmin):
    """`customer_path`: from a row to the id of the customer that it is about, the first that leads to one."""

    customer_path: Iterable[str] = ()

    def about_whom(self, row: Any) -> UUID | None:
        paths = (follow(row, path) for path in self.customer_path)
        return next((found for found in paths if found is not None), None)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            shows(request, found)
            concerns(request, self.about_whom(found))
        return found

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What the audit trail has of the row. 403 for who does not see the trail."""
        address = f"{reverse('admin:audit_trail')}?{urlencode({'row': object_id})}"
        refuse_unless(request, "licensing.view_auditentry")
        return HttpResponseRedirect(address)

    def construct_change_message(  # type: ignore[override]  # Django passes on whatever it is
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> dict[str, Any]:
        """Each field with what it was and what it is; for who is new, with what it is."""
        return {"fields": before_and_after(form), **dict(rows_within(formsets or ()))}

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        self.note(request, "added", obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        self.note(request, "changed", obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:  # type: ignore[override]
        for row in queryset:
            self.note(request, "removed", row, str(row))

    def note(self, request: HttpRequest, deed: str, row: Any, said: Any) -> None:
        """`said`: what changed, or the deed in words."""
        record(
            f"{self.opts.model_name}.{deed}",
            by=request.user.get_username(),
            customer=self.about_whom(row),
            row=row,
            details=said if isinstance(said, dict) else {"deed": str(said)},
        )


def before_and_after(form: Any) -> dict[str, list[Any]]:
    return {
        name: [plain(form.initial.get(name)), plain(form.cleaned_data.get(name))]
        for name in form.changed_data
        if name in form.cleaned_data
    }


def rows_within(formsets: Iterable[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Rows that were edited with it, such as what a mapping hands out."""
    for formset in formsets:
        name = formset.model._meta.model_name
        changed = [{"row": str(row.pk), "fields": names} for row, names in formset.changed_objects]
        added = [{"row": str(row.pk), "is": plain_fields(row)} for row in formset.new_objects]
        removed = [{"row": str(row.pk), "was": plain_fields(row)} for row in formset.deleted_objects]
        rows = {"changed": changed, "added": added, "removed": removed}
        yield from ((f"{name}s {deed}", found) for deed, found in rows.items() if found)


def plain_fields(row: Model) -> dict[str, Any]:
    return {field.name: plain(field.value_from_object(row)) for field in row._meta.concrete_fields}


def plain(value: Any) -> Any:
    """As JSON can say it."""
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    if isinstance(value, Model):
        return str(value.pk)
    return value.isoformat() if isinstance(value, date) else str(value)
