"""What a page of the console shows, and whom it is about: said by the page for whoever records the look."""

from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest

CUSTOMER = "audit_customer"
ROW = "audit_row"


def concerns(request: HttpRequest, customer: UUID | None) -> None:
    """The look at this page is filed under that customer, and erased with them."""
    setattr(request, CUSTOMER, customer)


def concerned(request: HttpRequest) -> UUID | None:
    """Whom the page said that it is about."""
    found: UUID | None = getattr(request, CUSTOMER, None)
    return found


def shows(request: HttpRequest, row: Model) -> None:
    """The page is that of this row."""
    setattr(request, ROW, row)


def shown(request: HttpRequest) -> Model | None:
    """The row whose page it is, if it is one's."""
    found: Model | None = getattr(request, ROW, None)
    return found
