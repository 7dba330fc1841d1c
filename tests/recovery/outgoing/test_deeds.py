"""Every deed that endpoints are told of, done as it is done in earnest: told with it, and nothing of anybody in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import transaction
from django.utils import timezone

from licensing.models import Delivery, License, Purchase, RegistrationKey
from licensing.models.base import uuid7
from licensing.outgoing.kinds import CHOICES
from licensing.support.refunds import mark_refunded, withdraw_marks
from licensing.support.revocation import restore, revoke
from recovery.exchange.stock import tell_of_low_stock
from recovery.journeys.decide_owner_change import decline, undo
from recovery.journeys.effect_owner_changes import take_effect_of_due
from recovery.journeys.exchange import move_one, undo_latest
from recovery.journeys.leaked_key import replace_everywhere
from recovery.journeys.privacy import EraseReason, erase
from recovery.journeys.support_mails import resend_keys
from recovery.journeys.verify import prove_by_link
from recovery.mail import recovered
from recovery.mail.decide import mint_challenges
from recovery.models import MessageKind, OwnerChange
from recovery.tokens import make_token
from tests import factories
from tests.licensing.intake import sales, telling
from tests.licensing.outgoing.ground import bodies, listening
from tests.licensing.outgoing.shapes import misfits
from tests.recovery import owning
from tests.recovery.asking import asked
from tests.recovery.exchanging import Shop, key_of, owned, proved, shop

pytestmark = pytest.mark.django_db
NAME, EMAIL, CODE = "Zacharias Canary", "zacharias@canary.example", "CANA-RY7C-21XQ-PL0M"
NEW_CODE, NEW_EMAIL = "MACC-ANAR-YYYY-0001", "zacharias@new-canary.example"
SECRETS = (NAME, "Zacharias", EMAIL, "canary.example", CODE, NEW_CODE, "CANA", "MACC")


def an_owner() -> tuple[Shop, License]:
    sold = shop(mac_codes=[NEW_CODE])
    owner = factories.customer(email=EMAIL, full_name=NAME)
    return sold, owned(sold.windows, owner=owner, code=CODE, ordered_at=timezone.now())


def moved() -> License:
    _, unit = an_owner()
    move_one(proved(unit), license_id=unit.pk, platform="macos", now=timezone.now())
    return unit


def recovered_by_the_customer(folder: Path) -> None:
    an_owner()
    request = asked(EMAIL)
    message = request.messages.get(kind=MessageKind.CHALLENGE)
    challenge = mint_challenges([message])[message.pk]
    prove_by_link(make_token("verify", challenge.pk, challenge.material))


def undone(folder: Path) -> None:
    unit = moved()
    undo_latest(proved(unit), license_id=unit.pk, now=timezone.now())


def order_recorded(folder: Path) -> None:
    telling.known()
    unknown = telling.line("unheard-of", 2)
    told = telling.order(telling.line("clipcutter", 1, CODE), unknown, email=EMAIL)
    telling.tell(told._replace(buyer=told.buyer._replace(name=NAME)))


def refunded(folder: Path) -> None:
    order_recorded(folder)
    telling.tell(telling.news(refunded=True))


def refund_withdrawn(folder: Path) -> None:
    order_recorded(folder)
    said: dict[str, Any] = {"by": "ada", "reason": f"{NAME} asked", "now": timezone.now()}
    mark_refunded(Purchase.objects.get().pk, **said)
    withdraw_marks(Purchase.objects.get().pk, **said)


def imported(folder: Path) -> None:
    row = sales.order(EMAIL, Buyer_Name=NAME, License_Key=CODE)
    sales.imported(sales.sales_file(folder, row, name=f"{NAME}.csv"))


def pool_low(folder: Path) -> None:
    edition = factories.edition(low_stock_level=2, stocked_at=timezone.now())
    factories.key(edition=edition, code=CODE)
    tell_of_low_stock(now=timezone.now())


def claim_opened(folder: Path) -> None:
    owning.proved(new=NEW_EMAIL, name=NAME, old_address=EMAIL, code=CODE)


def claim_approved(folder: Path) -> None:
    _, unit = an_owner()
    assert unit.owner
    owning.approved(unit.owner, new=NEW_EMAIL, name=NAME)


def merged(folder: Path) -> OwnerChange:
    one, other = factories.customer(email=EMAIL, full_name=NAME), factories.customer(email=NEW_EMAIL)
    change = owning.begun_merge(one, other)
    owning.let_the_wait_pass(change)
    take_effect_of_due()
    return change


def revoked(folder: Path) -> None:
    _, unit = an_owner()
    revoke(unit.pk, by="ada", reason=f"{NAME} shared it", now=timezone.now())


def restored(folder: Path) -> None:
    revoked(folder)
    restore(License.objects.get().pk, by="ada", reason=f"{NAME} did not", now=timezone.now())


def erased(folder: Path) -> None:
    _, unit = an_owner()
    assert unit.owner_id
    erase(unit.owner_id, by="ada", reason=EraseReason.MAIL, now=timezone.now())


DEEDS: Final[dict[str, Callable[[Path], object]]] = {
    "license.recovered": recovered_by_the_customer,
    "license.exchanged": lambda folder: moved(),
    "license.exchange_undone": undone,
    "key.retired": lambda folder: moved(),
    "purchase.recorded": order_recorded,
    "purchase.refunded": refunded,
    "purchase.refund_withdrawn": refund_withdrawn,
    "import.finished": imported,
    "pool.low": pool_low,
    "claim.opened": claim_opened,
    "claim.decided": claim_approved,
    "owner.changed": merged,
    "license.revoked": revoked,
    "license.restored": restored,
    "customer.erased": erased,
}


def test_every_kind_that_endpoints_may_want_is_tried_here() -> None:
    assert set(DEEDS) == {each.name for each in CHOICES}


@pytest.mark.parametrize("kind", DEEDS)
def test_each_deed_is_told_as_its_kind_says_without_code_name_or_address(kind: str, tmp_path: Path) -> None:
    listening()

    DEEDS[kind](tmp_path)

    assert len(bodies(kind)) == 1
    assert [list(misfits(said)) for said in bodies()] == [[]] * len(bodies())
    written = "\n".join(Delivery.objects.values_list("body", flat=True))
    assert [secret for secret in SECRETS if secret.lower() in written.lower()] == []


@pytest.mark.parametrize("kind", DEEDS)
def test_a_deed_that_is_rolled_back_is_not_told(kind: str, tmp_path: Path) -> None:
    listening()

    with transaction.atomic():
        DEEDS[kind](tmp_path)
        transaction.set_rollback(True)

    assert not Delivery.objects.exists()


def test_keys_that_support_sends_are_told_with_that() -> None:
    _, unit = an_owner()
    assert unit.owner
    listening()

    resend_keys(
        unit.owner.pk, address_id=unit.owner.addresses.get().pk, by="ada", press=uuid7(), now=timezone.now()
    )

    (said,) = bodies("license.recovered")
    assert (said["data"]["by"], said["data"]["licenses"][0]["license"]) == ("support", str(unit.pk))


def test_a_move_names_both_keys_and_how_long_the_old_one_counts() -> None:
    _, unit = an_owner()
    old = key_of(unit)
    listening()

    (exchange,) = [move_one(proved(unit), license_id=unit.pk, platform="macos", now=timezone.now())]

    (said,) = bodies("license.exchanged")
    assert (said["data"]["old_key"], said["data"]["new_key"]) == (str(old.pk), str(key_of(unit).pk))
    assert said["data"]["cause"] == "move"
    assert exchange.old_key_until is not None
    assert said["data"]["old_key_until"][:19] == exchange.old_key_until.isoformat()[:19]
    assert bodies("key.retired")[0]["data"]["key"] == str(old.pk)


def test_a_leaked_code_is_told_as_such() -> None:
    sold, unit = an_owner()
    factories.key(edition=sold.windows, code="NEXT-0000-1111-2222")
    old: RegistrationKey = key_of(unit)
    listening()

    replace_everywhere(old.pk, by="ada", reason="posted in a forum", now=timezone.now())

    (said,) = bodies("license.exchanged")
    assert (said["data"]["cause"], said["data"]["from"]) == ("leaked", said["data"]["to"])


def test_a_claim_that_is_declined_is_told_without_a_customer() -> None:
    change = owning.proved(new=NEW_EMAIL)
    listening()

    decline(change.pk, by="ada", reason="the receipt is another's")

    (said,) = bodies("claim.decided")
    assert said["data"] == {
        "change": str(change.pk),
        "decision": "declined",
        "customer": None,
        "effective_at": None,
    }


def test_a_merge_and_its_undoing_name_both_customers(tmp_path: Path) -> None:
    listening()

    change = merged(tmp_path)
    undo(change.pk, by="ada", reason="they are two")

    done, undone = (said["data"] for said in bodies("owner.changed"))
    assert (done["customer"], done["other"]) == (str(change.customer_id), str(change.other_id))
    assert undone == done | {"undone": True}


def test_neither_a_test_nor_what_nobody_confirmed_is_an_order_yet() -> None:
    telling.known()
    listening()

    telling.tell(telling.order(reference="1", test=True), telling.order(reference="2", confirmed=False))
    assert bodies() == []
    telling.tell(telling.order(reference="2"))

    assert [said["data"]["reference"] for said in bodies()] == ["2"]


def test_an_order_that_is_told_twice_is_told_of_once_and_so_is_its_refund() -> None:
    telling.known()
    listening()

    for _ in range(2):
        telling.tell(telling.order())
        telling.tell(telling.news(refunded=True, refunded_at=telling.LATER))

    assert [said["type"] for said in bodies()] == ["purchase.recorded", "purchase.refunded"]


def test_an_order_that_comes_refunded_is_told_as_both() -> None:
    telling.known()
    listening()

    telling.tell(telling.order(payment=telling.PAID._replace(refunded=True)))

    assert [said["type"] for said in bodies()] == ["purchase.recorded", "purchase.refunded"]


def test_a_file_is_told_of_once_and_its_orders_only_to_who_wants_them(tmp_path: Path) -> None:
    whole, _ = listening()
    singly, _ = listening(also_files=True)
    path = sales.sales_file(tmp_path, *(sales.order(f"buyer{each}@example.com") for each in range(30)))

    sales.imported(path, dry_run=True)
    assert bodies() == []
    sales.imported(path)

    kinds = {
        endpoint.pk: sorted(Delivery.objects.filter(endpoint=endpoint).values_list("kind", flat=True))
        for endpoint in (whole, singly)
    }
    assert kinds[whole.pk] == ["import.finished"]
    assert kinds[singly.pk] == ["import.finished", *["purchase.recorded"] * 30]
    assert json.loads(Delivery.objects.filter(kind="import.finished")[0].body)["data"]["outcomes"] == {
        "new": 30
    }


def test_of_a_customer_with_many_licenses_the_first_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovered, "LISTED", 2)
    owner = factories.owner_of(EMAIL, codes=[f"CODE-{each:04}-AAAA-BBBB" for each in range(3)])
    listening()

    resend_keys(owner.pk, address_id=owner.addresses.get().pk, by="ada", press=uuid7(), now=timezone.now())

    (said,) = bodies("license.recovered")
    assert (len(said["data"]["licenses"]), said["data"]["more"]) == (2, True)
