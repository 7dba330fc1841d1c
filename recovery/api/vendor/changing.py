"""Changes of a row: held, compared with what the caller read of it, done by a journey, and shown as it is then."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from rest_framework.request import Request

from licensing.models import Purchase
from recovery.answers import Answer
from recovery.api.shown import Shown
from recovery.api.vendor.reading import OneRow
from recovery.api.vendor.refusals import CountsElsewhere, Unconditional, Unmatched
from recovery.api.vendor.shown import tag_of
from recovery.exchange.execute import lock_licenses
from recovery.models import Exchange


class Conditional(OneRow):
    """A call that changes its row only as the caller has read it."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises `Unconditional`, also where an earlier answer would be told again: that hides no fault of the call."""
        super().initial(request, *args, **kwargs)
        if "If-Match" not in request.headers:
            raise Unconditional


class Change(Conditional):
    """A subclass says in `hold` which row nobody else may change meanwhile, and in `deed` what is done."""

    in_one = True

    def hold(self, key: UUID) -> None:
        raise NotImplementedError

    def deed(self, key: UUID, sent: dict[str, Any]) -> object:
        raise NotImplementedError

    def act(self, request: Request, sent: dict[str, Any], **named: Any) -> Answer:
        (key,) = named.values()
        with transaction.atomic():
            self.hold(key)
            ensure_unchanged(request, self.document(request, key))
            self.deed(key, sent)
            return tagged(self.document(request, key))


def ensure_unchanged(request: Request, document: Shown) -> None:
    """Raises `Unmatched`. `*` is any state of the row: who may not read it, say, can say so. Shells eat quotes, so a
    tag is taken without its own, too."""
    sent = [each.strip() for each in request.headers["If-Match"].split(",")]
    tag = tag_of(document)
    if sent != ["*"] and not {tag, tag.strip('"')}.intersection(sent):
        raise Unmatched


def tagged(document: Shown) -> Answer:
    return Answer(200, document, {"ETag": tag_of(document)})


def hold_purchase(key: UUID) -> None:
    """Raises `CountsElsewhere`: what was done to the other one would leave this one's tag as it was."""
    held = Purchase.objects.select_for_update(of=("self",)).filter(pk=key)
    if any(held.values_list("same_as", flat=True)):
        raise CountsElsewhere


def hold_license(key: UUID) -> None:
    lock_licenses([key])


def hold_exchange(key: UUID) -> None:
    """Its license's row, as all who change moves do. Raises `Http404`."""
    if not lock_licenses(Exchange.objects.filter(pk=key).values_list("license", flat=True)):
        raise Http404
