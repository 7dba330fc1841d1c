"""Notices a record that tells of an order otherwise than it was sold (theft by upsert), without trusting it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from licensing.intake.placing import open_codes
from licensing.intake.record import Party, PurchaseRecord, SoldLine
from licensing.keys.code import CodeError, normalise
from licensing.keys.sealed import vault, with_code
from licensing.models import Case, CaseKind, EmailAddress, KeyAssignment, Purchase, PurchaseLine

# In the place of a digest: somebody here filed the order under a shop's number, and the shop itself has not told it.
UNTOLD: Final = b"not told by its shop"


def is_untold(purchase: Purchase) -> bool:
    """Whether its shop has yet to say that it is so: nothing that the shop tells of a number alone is known to be meant
    for this buyer."""
    return bytes(purchase.sold_digest) == UNTOLD


def sold_digests(record: PurchaseRecord) -> list[bytes]:
    """The keyed digest of what was sold to whom, under each fingerprint key; the first is the one to keep."""
    lines = [[line.product_ref, line.variant, line.quantity, *line.codes] for line in record.lines]
    told = json.dumps([record.buyer.email, record.receiver.email if record.receiver else None, lines])
    marks = vault().fingerprints(told, edition="sold")
    return [marks[slot] for slot in sorted(marks)]


def contradicts(purchase: Purchase, record: PurchaseRecord) -> bool:
    """Whether the record says otherwise than what is on file. Opens a case for it, once for each cause.

    True as long as that case is open. Where only spelling differs, or the digest's key was rotated, what is on file
    agrees, and the digest is made new. Both are whole orders: `licensing.intake.by_line` compares parts of them.
    """
    digests = sold_digests(record)
    if bytes(purchase.sold_digest) in digests:
        return False
    if differing := set(differences(purchase, record)):
        return is_open(purchase, differing, digests)
    Purchase.objects.filter(pk=purchase.pk).update(sold_digest=digests[0])
    return False


def agrees(purchase: Purchase, record: PurchaseRecord) -> bool:
    """Whether it says what is on file, as `contradicts`, but opens and changes nothing."""
    return bytes(purchase.sold_digest) in sold_digests(record) or not any(differences(purchase, record))


def is_open(purchase: Purchase, differing: Iterable[str], digests: list[bytes]) -> bool:
    """Whether a person still has to look at this contradiction; its case is opened if it is a new one."""
    known = purchase.cases.filter(kind=CaseKind.CONTRADICTION, digest__in=digests).first()
    case = known or Case.objects.create(
        kind=CaseKind.CONTRADICTION,
        purchase=purchase,
        digest=digests[0],
        detail={"differs": sorted(differing)},
    )
    return case.closed_at is None


def differences(purchase: Purchase, record: PurchaseRecord) -> Iterator[str]:
    """Which facts of the sale the record tells otherwise."""
    if not is_buyer(purchase, record.buyer):
        yield "address"
    lines = list(purchase.lines.all())
    if len(lines) != len(record.lines):
        yield "lines"
    for line, sold in zip(lines, record.lines, strict=False):
        yield from line_differences(line, sold)
        if not is_receiver(line, purchase, record.receiver):
            yield "receiver"


def line_differences(line: PurchaseLine, sold: SoldLine) -> Iterator[str]:
    if line.product_ref != sold.product_ref:
        yield "product"
    if line.variant != sold.variant:
        yield "variant"
    if line.quantity != sold.quantity:
        yield "quantity"
    if any(not came_with(line, code) for code in sold.codes):
        yield "code"


def is_mailbox_of(customer_id: UUID | None, party: Party) -> bool:
    """Whether this is, or was, a mailbox of that customer: they may have changed it here since."""
    if customer_id is None or not party.email:
        return customer_id is None and not party.email
    return EmailAddress.objects.filter(customer=customer_id, canonical=party.email).exists()


def is_buyer(purchase: Purchase, party: Party) -> bool:
    """Whether it was sold to that party. Of a buyer who was erased nobody can say otherwise."""
    if purchase.buyer_id is None and purchase.erased_at:
        return True
    return is_mailbox_of(purchase.buyer_id, party)


def is_receiver(line: PurchaseLine, purchase: Purchase, receiver: Party | None) -> bool:
    """Whether the gift went to that receiver, or, without one, was no gift."""
    if line.receiver_id is None and purchase.erased_at:
        return True
    given_to = line.receiver_id or purchase.buyer_id
    if receiver is None:
        return given_to == purchase.buyer_id or bool(purchase.erased_at)
    return is_mailbox_of(given_to, receiver)


def came_with(line: PurchaseLine, code: str) -> bool:
    """Whether the line ever had this code, whatever was exchanged since."""
    if line.sealed_code and is_kept(str(line.id), bytes(line.sealed_code), code):
        return True
    history = KeyAssignment.objects.filter(license__line=line).select_related("key__edition")
    editions = {each.key.edition for each in history}
    return any(
        with_code(code, edition=edition).filter(assignments__license__line=line).exists()
        for edition in editions
    )


def is_kept(line_id: str, sealed: bytes, code: str) -> bool:
    try:
        kept = {normalise(each, form="spaced") for each in open_codes(line_id, sealed) if each}
        return normalise(code, form="spaced") in kept
    except CodeError:
        return False
