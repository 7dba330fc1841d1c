"""Purchases, licenses, keys and customers: what the console lets support do, for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from licensing.addresses import AddressError, canonical
from licensing.audit.looked import concerns
from licensing.console.second_person import ForTwo
from licensing.intake.keyfile import GivenCode
from licensing.models import Edition, EmailAddress, Store
from licensing.support.by_hand import Sale, add_purchase
from licensing.support.errors import KeysElsewhere, NothingToGive, NotOnFile
from licensing.support.refunds import mark_refunded, withdraw_marks
from licensing.support.revocation import restore, revoke
from licensing.support.stocking import stock
from recovery.answers import Answer
from recovery.api.vendor import bodies, kinds
from recovery.api.vendor import described_changes as told
from recovery.api.vendor.changing import (
    Change,
    Conditional,
    ensure_unchanged,
    hold_license,
    hold_purchase,
    tagged,
)
from recovery.api.vendor.operation import VendorOperation
from recovery.api.vendor.read_views import Purchases
from recovery.journeys.api_callers import count_elsewhere, ensure_may_compare
from recovery.journeys.privacy import EraseReason, erase
from recovery.models import Scope

PURCHASES = {"POST": Scope.PURCHASES_WRITE}


class AllPurchases(Purchases):
    in_one = True  # and the same order again changes nothing
    may = Purchases.may | PURCHASES
    sent = bodies.AddingPurchase

    @told.adding_purchase
    def post(self, request: Request) -> Response:
        return self.done(request)

    def act(self, request: Request, sent: dict[str, Any], **_: Any) -> Answer:
        sale = sale_of(sent)
        concerns(request._request, sale.customer_id)
        purchase = add_purchase(sale, by=self.by, reason=sent["reason"], now=timezone.now())
        return tagged(self.shown([self.rows().get(pk=purchase.pk)])[0])


def sale_of(sent: dict[str, Any]) -> Sale:
    """By the names that programs know things by. Raises `NotOnFile` and `NothingToGive`."""
    address = address_of(sent["email"])
    edition = Edition.objects.filter(sku=sent["sku"]).first()
    if edition is None:
        raise NothingToGive("There is no edition with this `sku`.")
    return Sale(
        customer_id=address.customer_id,
        address_id=address.pk,
        edition_id=edition.pk,
        reference=sent["reference"],
        ordered_at=sent["ordered_at"],
        quantity=sent["quantity"],
        registered_name=sent.get("registered_name", ""),
        store_id=store_named(sent["store"]) if "store" in sent else None,
    )


def address_of(typed: str) -> EmailAddress:
    try:
        found = EmailAddress.objects.current().filter(canonical=canonical(typed, smtputf8=True)).first()
    except AddressError:
        found = None
    if found is None:
        raise NotOnFile("`email` is no customer's address now.")
    return found


def store_named(name: str) -> UUID:
    found: UUID | None = Store.objects.filter(name=name).values_list("pk", flat=True).first()
    if found is None:
        raise NotOnFile("There is no `store` of this name.")
    return found


class OfOnePurchase(Change, kinds.OfPurchases):
    may = PURCHASES

    def hold(self, key: UUID) -> None:
        hold_purchase(key)


class Refund(OfOnePurchase):
    sent = bodies.Refunding

    @told.marking_refund
    def post(self, request: Request, purchase_id: UUID) -> Response:
        return self.done(request, purchase_id=purchase_id)

    def deed(self, key: UUID, sent: dict[str, Any]) -> object:
        of = {"line_id": sent.get("line"), "units": sent.get("units")}
        return mark_refunded(key, by=self.by, reason=sent["reason"], now=timezone.now(), **of)


class NoRefund(OfOnePurchase):
    sent = bodies.Reasoned

    @told.withdrawing_refund
    def post(self, request: Request, purchase_id: UUID) -> Response:
        return self.done(request, purchase_id=purchase_id)

    def deed(self, key: UUID, sent: dict[str, Any]) -> object:
        return withdraw_marks(key, by=self.by, reason=sent["reason"], now=timezone.now())


class OfOneLicense(Change, kinds.OfLicenses):
    may = PURCHASES

    def hold(self, key: UUID) -> None:
        hold_license(key)


class Revoking(OfOneLicense):
    sent = bodies.Revoking

    @told.revoking
    def post(self, request: Request, license_id: UUID) -> Response:
        return self.done(request, license_id=license_id)

    def deed(self, key: UUID, sent: dict[str, Any]) -> object:
        return revoke(key, by=self.by, reason=sent["reason"], now=timezone.now())


class Restoring(OfOneLicense):
    sent = bodies.Reasoned

    @told.restoring
    def post(self, request: Request, license_id: UUID) -> Response:
        return self.done(request, license_id=license_id)

    def deed(self, key: UUID, sent: dict[str, Any]) -> object:
        return restore(key, by=self.by, reason=sent["reason"], now=timezone.now())


class NewKeys(VendorOperation):
    may = {"POST": Scope.KEYS_WRITE}
    for_two = {"POST": ForTwo.BULK}
    sent = bodies.LoadingKeys

    @told.loading_keys
    def post(self, request: Request, edition_id: UUID) -> Response:
        """What another edition has is told so often a day. Counted out here, since a refusal undoes all of the call."""
        try:
            return self.done(request, edition_id=edition_id)
        except KeysElsewhere as refusal:
            refusal.left = count_elsewhere(self.used, now=timezone.now())
            raise

    def act(self, request: Request, sent: dict[str, Any], **named: Any) -> Answer:
        if not sent["also_elsewhere"]:
            ensure_may_compare(self.used, now=timezone.now())
        keys = [
            GivenCode(number, each["code"], each.get("name", ""), each["seats"])
            for number, each in enumerate(sent["keys"], start=1)
        ]
        options = {"also_elsewhere": sent["also_elsewhere"], "by": self.by, "now": timezone.now()}
        stocked = stock(named["edition_id"], keys, **options)
        known = {name: getattr(stocked.filled, name) for name in ("repeated", "in_pool", "owned")}
        return Answer(200, {"new": stocked.filled.new, "served": stocked.served, **known})


class Erasure(Conditional, kinds.OfCustomers):
    may = {"POST": Scope.CUSTOMERS_ERASE}
    for_two = {"POST": ForTwo.EXPORTS}
    sent = bodies.Erasing

    @told.erasing
    def post(self, request: Request, customer_id: UUID) -> Response:
        return self.done(request, customer_id=customer_id)

    def act(self, request: Request, sent: dict[str, Any], **named: Any) -> Answer:
        """Nothing of them is answered, since answers may be kept for an hour."""
        key, reason = named["customer_id"], EraseReason(sent["reason"])

        def compare() -> None:
            ensure_unchanged(request, self.document(request, key))

        if not erase(key, by=self.by, reason=reason, now=timezone.now(), before=compare):
            raise Http404
        return Answer(200, {"id": str(key), "erased": True})
