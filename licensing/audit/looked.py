"""Whom a page of the console is about, said by the page for whoever records the look."""

from uuid import UUID

from django.http import HttpRequest

ATTRIBUTE = "audit_customer"


def concerns(request: HttpRequest, customer: UUID | None) -> None:
    """The look at this page is filed under that customer, and erased with them."""
    setattr(request, ATTRIBUTE, customer)


def concerned(request: HttpRequest) -> UUID | None:
    """Whom the page said that it is about."""
    found: UUID | None = getattr(request, ATTRIBUTE, None)
    return found
