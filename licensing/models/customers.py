"""Who owns licenses, and the mailboxes that prove it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Prefetch, Q

from licensing.models.base import Record

FETCHED = "fetched_addresses"


def with_addresses(path: str = "") -> Prefetch[str, Any, str]:
    """For `prefetch_related`: the addresses of the customers at that path, for `known_addresses`.

    Into a list of ours: into `addresses`, Django makes each row a query set, which takes longer than the query.
    """
    return Prefetch(f"{path}__addresses" if path else "addresses", to_attr=FETCHED)


class Customer(Record):
    """A person or company. Holds what shops hand over and the job needs, nothing else."""

    full_name = models.CharField(max_length=300, blank=True)
    company = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    mailing_address = models.TextField(blank=True)
    language = models.CharField(max_length=20, blank=True)
    newsletter_consent = models.BooleanField(null=True, help_text="Empty: nobody asked.")
    newsletter_source = models.CharField(max_length=100, blank=True)
    newsletter_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("export_everything", "Can export everything, codes and addresses in clear"),
            ("export_customer", "Can export what is held about one customer"),
            ("erase_customer", "Can erase a customer"),
        ]

    def __str__(self) -> str:
        """The name, or else the first address: whoever lists customers fetches their addresses with them."""
        return self.full_name or self.company or self.first_address or str(self.id)

    def known_addresses(self) -> Sequence[EmailAddress]:
        """Present and former ones, the newest first; without a query where `with_addresses` fetched them."""
        fetched: list[EmailAddress] | None = self.__dict__.get(FETCHED)
        return list(self.addresses.all()) if fetched is None else fetched

    @property
    def first_address(self) -> str:
        """The oldest address that is current; if none is, the oldest; empty without any."""
        known = sorted(
            self.known_addresses(), key=lambda each: (bool(each.former_since), each.created_at, each.id)
        )
        return known[0].address if known else ""


class EmailAddressQuerySet(models.QuerySet["EmailAddress"]):
    def current(self) -> EmailAddressQuerySet:
        return self.filter(former_since=None)


class EmailAddress(Record):
    """A mailbox of a customer. `address` is where mail goes; `canonical` is how it is found, see `addresses.py`."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    address = models.CharField(max_length=320)
    canonical = models.CharField(max_length=320, unique=True)
    former_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EmailAddressQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "email addresses"
        constraints = [models.CheckConstraint(condition=~Q(canonical=""), name="address_not_empty")]

    def __str__(self) -> str:
        return self.address
