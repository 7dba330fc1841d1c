"""Small functions that put one thing on file, with everything it needs, for tests to begin from."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from licensing.addresses import canonical
from licensing.keys.assign import assign
from licensing.keys.sealed import new_key
from licensing.models import (
    Customer,
    Edition,
    EmailAddress,
    License,
    Mapping,
    MappingItem,
    Product,
    Purchase,
    PurchaseLine,
    RegistrationKey,
    Store,
)

ORDERED_AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)

_numbers = count(1)


def product(*, slug: str = "", **fields: Any) -> Product:
    slug = slug or f"product-{next(_numbers)}"
    return Product.objects.create(slug=slug, **{"name": slug.replace("-", " ").title(), **fields})


def edition(*, of: Product | None = None, platform: str = "windows", sku: str = "", **fields: Any) -> Edition:
    """An edition of that product, of a product of its own if none is given."""
    of = of or product()
    return Edition.objects.create(product=of, platform=platform, sku=sku or f"{of.slug}-{platform}", **fields)


def store(*, name: str = "", kind: str = "gumroad", **fields: Any) -> Store:
    """The store of that name, made if it is not there."""
    return Store.objects.get_or_create(
        name=name or kind, defaults={"kind": kind, "title": "Gumroad", **fields}
    )[0]


def mapping(*, edition: Edition, product_ref: str, variant: str = "", **fields: Any) -> Mapping:
    """What the store's product means: one unit of that edition."""
    quantity = fields.pop("quantity", 1)
    fields = {"store": fields.pop("store", None) or store(), **fields}
    made = Mapping.objects.create(product_ref=product_ref, variant=variant, **fields)
    MappingItem.objects.create(mapping=made, edition=edition, quantity=quantity)
    return made


def customer(*, email: str = "", **fields: Any) -> Customer:
    """A customer with that mailbox, or with one of their own."""
    made = Customer.objects.create(**{"full_name": "Anna Example", **fields})
    address(of=made, email=email or f"customer{next(_numbers)}@example.com")
    return made


def address(*, of: Customer, email: str, **fields: Any) -> EmailAddress:
    """One more mailbox of that customer."""
    return EmailAddress.objects.create(
        customer=of, address=email.strip(), canonical=canonical(email), **fields
    )


def purchase(*, buyer: Customer | None = None, **fields: Any) -> Purchase:
    """A paid and confirmed order without lines."""
    facts: dict[str, Any] = {
        "reference": str(1000 + next(_numbers)),
        "ordered_at": ORDERED_AT,
        "confirmed_at": ORDERED_AT,
        "paid_at": ORDERED_AT,
        "sold_digest": b"",
        **fields,
    }
    return Purchase.objects.create(store=facts.pop("store", None) or store(), buyer=buyer, **facts)


def line(*, of: Purchase, **fields: Any) -> PurchaseLine:
    """One placed line of that order."""
    sold: dict[str, Any] = {"product_ref": "thing", "name": "Thing", "placed_at": ORDERED_AT, **fields}
    sold.setdefault("position", of.lines.count())
    return PurchaseLine.objects.create(purchase=of, **sold)


def license(
    *,
    owner: Customer | None = None,
    edition: Edition | None = None,
    line: PurchaseLine | None = None,
    **fields: Any,
) -> License:
    """One unit, without a key; of a purchase of its own if no line is given."""
    sold = line or PurchaseLine.objects.create(
        purchase=purchase(buyer=owner), product_ref="thing", name="Thing", placed_at=ORDERED_AT
    )
    return License.objects.create(line=sold, owner=owner, edition=edition or _edition(), **fields)


def key(*, edition: Edition | None = None, code: str = "", **fields: Any) -> RegistrationKey:
    """A key in the edition's pool. `seats` and `registered_name` may be given."""
    made = new_key(edition=edition or _edition(), code=code or f"CODE-{next(_numbers):06}-WXYZ", **fields)
    made.save(force_insert=True)
    return made


def owner_of(
    email: str = "", *, codes: Iterable[str] = (), edition: Edition | None = None, **facts: Any
) -> Customer:
    """A customer who paid for one license for each code, on one order; `facts` are the purchase's."""
    owner = customer(email=email)
    edition = edition or _edition()
    order = purchase(buyer=owner, **facts)
    for position, code in enumerate(codes):
        sold = line(of=order, position=position, name=edition.product.name)
        unit = license(owner=owner, edition=edition, line=sold)
        assign(license=unit, key=key(edition=edition, code=code), now=order.ordered_at)
    return owner


_edition = edition  # under a name that parameters do not hide
