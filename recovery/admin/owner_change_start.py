"""The pages on which support begins a change of owner: an address, a merge, a split, a license or order handed on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from licensing.addresses import AddressError
from licensing.audit.looked import concerns
from licensing.console.cells import page_of
from licensing.console.proof import asks_for_proof
from licensing.console.rights import only_with
from licensing.console.search import as_address, can_be_stored, row_id
from licensing.models import Customer, EmailAddress, License, Purchase
from recovery.admin.exchange_deeds import LONGEST_REASON, Written
from recovery.admin.owner_change_deeds import SETTLE, SHORTEN, in_plain_words, what_follows
from recovery.admin.owner_change_views import Decidable
from recovery.admin.owner_change_whom import who
from recovery.errors import NotPossible, RecoveryError
from recovery.journeys.begin_owner_change import (
    change_address,
    merge,
    reassign_license,
    reassign_purchase,
    split,
)
from recovery.models import OwnerChange
from recovery.owners.preview import Side, side_of, told_license, told_order

Begin = Callable[..., OwnerChange]  # with what the form holds


class Reason(forms.Form):
    words = Written(longest=LONGEST_REASON, label="Why, and how you know (recorded)")


class AddressForm(Reason):
    new = forms.CharField(max_length=320, label="New address")
    retired = forms.TypedMultipleChoiceField(
        coerce=UUID, required=False, label="Addresses that prove nothing any more"
    )
    mistyped = forms.TypedMultipleChoiceField(
        coerce=UUID,
        required=False,
        label="Of these, never theirs (mistyped): no keys go there while this waits, and the notice says only that an "
        "address was corrected, and how to object",
    )
    field_order = ("new", "retired", "mistyped", "words")

    def __init__(self, *args: Any, side: Side, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tick(self.fields["retired"], [(each.pk, each.address) for each in side.addresses])
        tick(self.fields["mistyped"], [(each.pk, each.address) for each in side.addresses])
        self.fields["retired"].initial = [each.pk for each in side.addresses]


class SplitForm(Reason):
    new = forms.CharField(
        max_length=320, required=False, label="Or: a new address for what leaves, which is proved first"
    )
    name = forms.CharField(max_length=300, required=False, label="Name of the new customer (optional)")
    addresses = forms.TypedMultipleChoiceField(coerce=UUID, required=False, label="Addresses that leave")
    purchases = forms.TypedMultipleChoiceField(
        coerce=UUID, required=False, label="Orders that leave, with their licenses"
    )
    licenses = forms.TypedMultipleChoiceField(
        coerce=UUID, required=False, label="Single licenses that leave, of orders that stay"
    )
    field_order = ("addresses", "new", "purchases", "licenses", "name", "words")

    def __init__(self, *args: Any, side: Side, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tick(self.fields["addresses"], [(each.pk, each.address) for each in side.addresses])
        tick(self.fields["purchases"], [(each.pk, told_order(each)) for each in side.purchases])
        tick(self.fields["licenses"], [(each.pk, told_license(each)) for each in side.licenses])
        if len(side.addresses) < 2:  # one of them has to stay
            del self.fields["addresses"]
            self.fields["new"].required = True
            self.fields["new"].label = "Address of who gets what leaves; it is proved first"


class HandOnForm(Reason):
    to = forms.CharField(max_length=320, label="To whom: an email address, or a customer's id")
    field_order = ("to", "words")


def tick(field: Any, choices: list[tuple[UUID, str]]) -> None:
    field.choices = choices
    field.widget = forms.CheckboxSelectMultiple(choices=choices)


class Startable(Decidable):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        ways = require_http_methods(["GET", "HEAD", "POST"])
        return [
            path(
                "merge/",
                view(only_with(SETTLE)(asks_for_proof(ways(self.merging)))),
                name="owner_change_merge",
            ),
            path("split/", view(ways(self.splitting)), name="owner_change_split"),
            path("reassign/", view(ways(self.handing_on)), name="owner_change_reassign"),
            path("address/", view(ways(self.new_address)), name="owner_change_address"),
            *super().get_urls(),
        ]

    def new_address(self, request: HttpRequest) -> HttpResponse:
        side = self.side(request, "customer")

        def begin(words: str, **chosen: Any) -> OwnerChange:
            lead = request.user.has_perm(SHORTEN)
            return change_address(side.customer.pk, **chosen, lead=lead, by=by(request), reason=words)

        form = AddressForm(request.POST or None, side=side)
        return self.answered(request, "address", form, begin, side=side, title="File another address")

    def merging(self, request: HttpRequest) -> HttpResponse:
        """Shown before it is asked for: what each of both has, and which of them stays."""
        side = self.side(request, "customer")
        typed = asked(request, "other")
        found = who(typed)
        other = side_of(found[0]) if len(found) == 1 else None

        def begin(words: str) -> OwnerChange:
            if other is None:
                raise NotPossible("Say first with whom.")
            return merge(side.customer.pk, into=other.customer.pk, by=by(request), reason=words)

        shown = {"side": side, "other": other, "found": found, "typed": typed, "title": "Merge two customers"}
        return self.answered(request, "merge", Reason(request.POST or None), begin, **shown)

    def splitting(self, request: HttpRequest) -> HttpResponse:
        side = self.side(request, "customer")

        def begin(words: str, **chosen: Any) -> OwnerChange:
            return split(side.customer.pk, **chosen, by=by(request), reason=words)

        form = SplitForm(request.POST or None, side=side)
        return self.answered(request, "split", form, begin, side=side, title="Make two customers of one")

    def handing_on(self, request: HttpRequest) -> HttpResponse:
        """One license (`?license=`), or one order with its licenses (`?purchase=`)."""
        self.refuse_others(request)
        thing = handed_on(request)
        owner = thing.owner if isinstance(thing, License) else thing.buyer
        if owner is None:
            raise Http404
        concerns(request, owner.pk)

        def begin(to: str, words: str) -> OwnerChange:
            return hand_on(thing, to, by=by(request), reason=words)

        title = f"Hand one {'license' if isinstance(thing, License) else 'order'} on to somebody else"
        form = HandOnForm(request.POST or None)
        return self.answered(request, "reassign", form, begin, side=side_of(owner), thing=thing, title=title)

    def side(self, request: HttpRequest, name: str) -> Side:
        self.refuse_others(request)
        customer = Customer.objects.filter(pk__in=row_id(asked(request, name))).first()
        if customer is None:
            raise Http404
        concerns(request, customer.pk)
        return side_of(customer)

    def refuse_others(self, request: HttpRequest) -> None:
        if not request.user.has_perm(SETTLE):
            raise PermissionDenied

    def answered(
        self, request: HttpRequest, what: str, form: forms.Form, begin: Begin, **shown: Any
    ) -> HttpResponse:
        """One call with what was typed, and on to the change; or the page, with what is wrong."""
        status = 422 if form.is_bound else 200
        if form.is_bound and form.is_valid():
            try:
                change = begin(**form.cleaned_data)
            except (RecoveryError, AddressError) as error:
                messages.error(request, in_plain_words(error))
            else:
                messages.success(request, what_follows(change))
                return HttpResponseRedirect(page_of(change))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "what": what, "form": form}
        context |= {"hours": settings.OWNER_CHANGE_HOURS, **shown}
        return TemplateResponse(request, "console/owner_change_start.html", context, status=status)


def by(request: HttpRequest) -> str:
    return request.user.get_username()


def asked(request: HttpRequest, name: str) -> str:
    """From the form, or from the page's address."""
    typed: str = request.POST.get(name) or request.GET.get(name) or ""
    return typed.strip() if can_be_stored(typed) else ""


def handed_on(request: HttpRequest) -> License | Purchase:
    licenses = License.objects.select_related("edition__product", "line__purchase", "owner")
    license = licenses.filter(pk__in=row_id(asked(request, "license"))).first()
    if license:
        return license
    purchase = (
        Purchase.objects.select_related("buyer").filter(pk__in=row_id(asked(request, "purchase"))).first()
    )
    if purchase is None:
        raise Http404
    return purchase


def hand_on(thing: License | Purchase, typed: str, *, by: str, reason: str) -> OwnerChange:
    """To the customer with that id or current address; any other address has to be proved first."""
    known = (
        EmailAddress.objects.current().filter(canonical=as_address(typed)).values_list("customer", flat=True)
    )
    to = next(iter([*known, *row_id(typed)]), None)
    new = "" if to else typed
    if isinstance(thing, License):
        return reassign_license(thing.pk, to=to, new=new, by=by, reason=reason)
    return reassign_purchase(thing.pk, to=to, new=new, by=by, reason=reason)
