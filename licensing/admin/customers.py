"""Who owns licenses. Contact data may be corrected here; addresses may not: they decide who receives keys."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from licensing.admin.export import Exporting
from licensing.console.cells import address, link, related, said, state, text, when
from licensing.console.pages import ReadOnly
from licensing.console.people import mailboxes
from licensing.console.search import addresses, customers, keys, orders
from licensing.models import Case, Customer, EmailAddress, License, Purchase, PurchaseLine, with_addresses
from licensing.support.contact import note_correction


@admin.display(description="standing")
def standing(address: EmailAddress) -> str:
    return state("former", "off") if address.former_since else state("current", "good")


class CustomerAdmin(Exporting):
    customer_path = ("pk",)
    list_display = (
        "__str__",
        mailboxes(),
        "company",
        text("language", "language"),
        when("created_at", "filed"),
    )
    prefetch = (with_addresses(),)
    search_help_text = (
        "Address, name or company, or how they begin; order reference; code, or its last characters; id"
    )
    ways = (
        (customers, "pk"),
        (orders, "purchases"),
        (orders, "lines__purchase"),
        (keys, "licenses__assignments__key"),
    )
    told = (
        related(
            ("licenses", License, "owner"),
            ("purchases", Purchase, "buyer"),
            ("gifts received", PurchaseLine, "receiver"),
            ("cases", Case, "customer"),
        ),
        said("newsletter_consent", "wants the newsletter"),
        "newsletter_source",
        when("newsletter_at", "newsletter asked"),
        when("created_at", "filed"),
    )
    details = (told[0], "full_name", "company", "phone", "mailing_address", "language", *told[1:])

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.told

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        """With what was corrected in the audit trail, in the same transaction."""
        before = {name: form.initial.get(name) for name in form.changed_data}
        super().save_model(request, obj, form, change)
        note_correction(obj, before=before, by=request.user.get_username())


class EmailAddressAdmin(ReadOnly):
    customer_path = ("customer_id",)
    list_display = (
        address("address", "address"),
        link("customer", "customer"),
        standing,
        when("former_since", "former since"),
        when("created_at", "filed"),
    )
    list_select_related = ("customer",)
    prefetch = (with_addresses("customer"),)
    details = ("address", "canonical", *list_display[1:])
    search_help_text = "Address, or how it begins; name, or how it begins; order reference; code"
    ways = (
        (addresses, "pk"),
        (customers, "customer"),
        (orders, "customer__purchases"),
        (keys, "customer__licenses__assignments__key"),
    )
