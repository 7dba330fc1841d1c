"""Lists and single rows: what each kind of row is asked by, how it is shown, and whom it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from licensing.audit.looked import concerns, shows
from licensing.console.second_person import ForTwo
from recovery.api.shown import Shown
from recovery.api.vendor.filters import Filters, further, window_of
from recovery.api.vendor.operation import VendorOperation
from recovery.api.vendor.shown import paged, tag_of


class Rows(VendorOperation):
    """`rows` gives those that filters ask for; `shown` shows a page of them."""

    rows: ClassVar[Callable[..., QuerySet[Any]]]
    filters: ClassVar[type[Filters]] = Filters
    for_two: ClassVar[Mapping[str, ForTwo]] = {"GET": ForTwo.EXPORTS}

    def shown(self, rows: Sequence[Any]) -> list[Shown]:
        raise NotImplementedError

    def whom(self, row: Any) -> UUID | None:
        """The customer that the row is about."""
        return None

    def listed(self, request: Request) -> Response:
        """A page; filed under the customer, where all of it is about one."""
        asked = self.filters.of(request._request.GET)
        page = window_of(asked).page(type(self).rows(**further(asked)))
        items = self.shown(page.rows)
        about = {self.whom(row) for row in page.rows}
        concerns(request._request, about.pop() if len(about) == 1 else None)
        return Response(paged(items, page.next))


class OneRow(Rows):
    """One row by its id, with the tag that changes of it have to show."""

    for_two: ClassVar[Mapping[str, ForTwo]] = {}

    def found(self, request: Request, key: UUID) -> Response:
        document = self.document(request, key)
        return Response(document, headers={"ETag": tag_of(document)})

    def document(self, request: Request, key: UUID) -> Shown:
        """As it stands. Raises `Http404`."""
        row = type(self).rows().filter(pk=key).first()
        if row is None:
            raise Http404
        document = self.shown([row])[0]
        concerns(request._request, self.whom(row))
        shows(request._request, row)
        return document
