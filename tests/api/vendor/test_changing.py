"""Changes by API keys: what was read is what is changed, once, on the record, and never who receives keys."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse

from licensing.audit.sealing import opened
from licensing.models import AuditEntry, Customer, EmailAddress, License, Purchase, PurchaseLine
from recovery.api.vendor import examples
from recovery.models import Exchange, ExchangeState
from tests import factories
from tests.api.caller import Caller, code_of, faults_of, said
from tests.api.vendor.conftest import system
from tests.api.vendor.ground import Ground, laid
from tests.api.vendor.operations import VENDOR, operation, operations
from tests.api.vendor.test_examples import Walk
from tests.kit.race import released_together

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
NOBODY = "00000000-0000-7000-8000-000000000000"
BOX = {
    "email": "anna@example.com",
    "sku": "clipcutter-windows",
    "reference": "BOX-1",
    "ordered_at": "2026-05-30T09:00:00Z",
    "reason": "Bought at the fair",
}


def change(
    caller: Caller, name: str, ground: Ground, sent: Any = None, *, tag: str = "*", **more: Any
) -> HttpResponse:
    call = operation(name)
    body = call.sent(ground) if sent is None else sent
    headers = {"HTTP_IF_MATCH": tag} if tag else {}
    return caller.tell(call.at(ground), body, **headers, **more)


def is_revoked(ground: Ground) -> bool:
    return License.objects.get(pk=ground.license.pk).revoked_at is not None


CHANGES = [each for each in examples.OF if each in (
    "markRefunded", "withdrawRefund", "revokeLicense", "restoreLicense", "replaceLeakedKey", "approveExchange",
    "declineExchange", "askBackAboutExchange", "undoExchange", "cancelExchange", "eraseCustomer",
)]  # fmt: skip


def test_every_change_of_a_row_says_which_state_of_it_was_read(
    ground: Ground, with_every_right: Caller
) -> None:
    for call in operations():
        needs_tag = any(each["name"] == "If-Match" for each in call.described.get("parameters", []))
        assert needs_tag is (call.name in CHANGES), call.name
        if needs_tag:
            answer = change(with_every_right, call.name, ground, tag="")
            assert (answer.status_code, code_of(answer)) == (428, "if_match_needed"), call.name
            answer = change(with_every_right, call.name, ground, tag='"of another state"')
            assert (answer.status_code, code_of(answer)) == (412, "changed_meanwhile"), call.name
    assert not AuditEntry.objects.exclude(action__startswith="api").exclude(action="apikey.made").exists()


def test_the_tag_that_was_read_lets_the_change_through_once(ground: Ground, with_every_right: Caller) -> None:
    tag = with_every_right.see(operation("showSoldLicense").at(ground))["ETag"]
    assert code_of(change(with_every_right, "revokeLicense", ground, tag=f"W/{tag}")) == "changed_meanwhile"
    assert code_of(change(with_every_right, "revokeLicense", ground, tag="*, *")) == "changed_meanwhile"
    first = change(with_every_right, "revokeLicense", ground, tag=f'"other", {tag}')
    assert first.status_code == 200
    assert code_of(change(with_every_right, "restoreLicense", ground, tag=tag)) == "changed_meanwhile"
    assert is_revoked(ground)
    assert change(with_every_right, "restoreLicense", ground, tag=first["ETag"]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_read_the_same_one_changes_it() -> None:
    ground, caller = laid(), system()
    tag = caller.see(operation("showSoldLicense").at(ground))["ETag"]

    def revoke(number: int) -> int:
        return change(caller, "revokeLicense", ground, {"reason": f"no. {number}"}, tag=tag).status_code

    outcome = released_together(10, revoke, after=connections.close_all)
    assert outcome.errors == []
    assert sorted(outcome.results) == [200] + [412] * 9
    assert AuditEntry.objects.filter(action="license.revoked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_with_one_idempotency_key_add_one_purchase() -> None:
    laid()
    caller = system()
    outcome = released_together(
        10, lambda _: caller.tell(f"{VENDOR}purchases/", BOX, key=KEY).content, after=connections.close_all
    )
    assert outcome.errors == []
    assert len(set(outcome.results)) == 1
    assert Purchase.objects.filter(reference="BOX-1").count() == 1
    assert AuditEntry.objects.filter(action="purchase.added").count() == 1


def test_a_tag_is_taken_without_the_quotes_that_a_shell_ate(ground: Ground, with_every_right: Caller) -> None:
    tag = with_every_right.see(operation("showSoldLicense").at(ground))["ETag"]
    assert change(with_every_right, "revokeLicense", ground, tag=tag.strip('"')).status_code == 200


def test_an_earlier_answer_is_told_to_nobody_who_leaves_out_which_state_was_read(
    ground: Ground, with_every_right: Caller
) -> None:
    for name in ("revokeLicense", "eraseCustomer"):
        assert change(with_every_right, name, ground, key=KEY).status_code == 200, name
        again = change(with_every_right, name, ground, tag="", key=KEY)
        assert (again.status_code, code_of(again)) == (428, "if_match_needed"), name


def test_what_was_refused_leaves_the_idempotency_key_free(ground: Ground, with_every_right: Caller) -> None:
    refused = change(with_every_right, "revokeLicense", ground, tag='"old"', key=KEY)
    done = change(with_every_right, "revokeLicense", ground, key=KEY)
    again = change(with_every_right, "revokeLicense", ground, tag='"old"', key=KEY)
    assert (refused.status_code, done.status_code) == (412, 200)
    assert again.content == done.content
    assert again["Idempotent-Replayed"] == "true"


def test_keys_of_two_systems_are_each_its_own(ground: Ground) -> None:
    first, second = system(), system()
    assert change(first, "revokeLicense", ground, key=KEY).status_code == 200
    answer = change(second, "revokeLicense", ground, key=KEY)
    assert "Idempotent-Replayed" not in answer


def test_no_change_alters_who_receives_keys(ground: Ground, with_every_right: Caller) -> None:
    def owners() -> tuple[Any, ...]:
        rows = (
            License.objects.filter(pk=ground.license.pk).values_list("owner"),
            Purchase.objects.filter(pk=ground.purchase.pk).values_list("buyer"),
            EmailAddress.objects.values_list("pk", "customer", "canonical", "former_since"),
            Customer.objects.values_list("pk"),
        )
        return tuple(sorted(map(str, each)) for each in rows)

    before, walk = owners(), Walk(ground, with_every_right)
    for name in examples.OF:
        if name != "eraseCustomer":
            walk.call(name)
            assert owners() == before, name


def test_a_deed_is_told_once_by_the_keys_name_and_under_the_customer(
    ground: Ground, with_every_right: Caller
) -> None:
    before = AuditEntry.objects.count()
    change(with_every_right, "revokeLicense", ground)
    (entry,) = AuditEntry.objects.order_by("id")[before:]
    assert (entry.action, entry.by, entry.customer) == (
        "license.revoked",
        "api:shop-backend",
        ground.customer.pk,
    )


def test_a_deed_that_was_refused_is_told_as_a_call(ground: Ground, with_every_right: Caller) -> None:
    Purchase.objects.update(test=True)
    answer = change(with_every_right, "markRefunded", ground)
    assert (answer.status_code, code_of(answer)) == (409, "not_counting")
    entry = AuditEntry.objects.latest("id")
    told = opened(entry)
    assert told is not None
    assert (entry.action, entry.customer, told["details"]["status"]) == (
        "api.called",
        ground.customer.pk,
        409,
    )


def test_a_purchase_that_is_there_is_not_added_twice(ground: Ground, with_every_right: Caller) -> None:
    first, second = (with_every_right.tell(f"{VENDOR}purchases/", BOX) for _ in range(2))
    assert first.content == second.content
    assert Purchase.objects.filter(reference="BOX-1").count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"quantity": 2},
        {"sku": "clipcutter-macos"},
        {"email": "otto@example.com"},
        {"ordered_at": "2026-05-30T09:00:01Z"},
        {"registered_name": "Otto"},
        {"ordered_at": "2025-05-30T09:00:00Z", "quantity": 3},
    ],
)
def test_an_order_told_otherwise_is_refused_by_the_calls_own_fields(
    other: dict[str, Any], ground: Ground, with_every_right: Caller
) -> None:
    factories.customer(email="otto@example.com")
    with_every_right.tell(f"{VENDOR}purchases/", BOX)
    answer = with_every_right.tell(f"{VENDOR}purchases/", BOX | other)
    assert (answer.status_code, code_of(answer)) == (409, "order_differs")
    assert said(answer)["differing"] == sorted(other)
    assert Purchase.objects.filter(reference="BOX-1").count() == 1


def test_the_same_order_may_be_told_again_with_its_name_or_without(
    ground: Ground, with_every_right: Caller
) -> None:
    named = BOX | {"registered_name": "Otto King", "reason": "Once more"}
    told = [with_every_right.tell(f"{VENDOR}purchases/", each) for each in (named, BOX, named)]
    assert [each.status_code for each in told] == [200, 200, 200]


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"email": "nobody@example.com"}, 404, "not_on_file"),
        ({"email": "no address"}, 404, "not_on_file"),
        ({"sku": "unheard-of"}, 422, "nothing_to_give"),
        ({"store": "unheard-of"}, 404, "not_on_file"),
    ],
)
def test_a_purchase_of_what_is_not_on_file_is_refused(
    wrong: dict[str, str], status: int, code: str, ground: Ground, with_every_right: Caller
) -> None:
    answer = with_every_right.tell(f"{VENDOR}purchases/", BOX | wrong)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert f"`{next(iter(wrong))}`" in said(answer)["detail"]
    assert Purchase.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "faults"),
    [
        ({"quantity": 0}, {"quantity": "min_value"}),
        ({"quantity": True}, {"quantity": "invalid"}),
        ({"quantity": "2"}, {"quantity": "invalid"}),
        ({"quantity": 1_001}, {"quantity": "max_value"}),
        ({"reason": " "}, {"reason": "blank"}),
        ({"ordered_at": "yesterday"}, {"ordered_at": "invalid"}),
        ({"ordered_at": "2026-05-30T09:00:00"}, {"ordered_at": "no_zone"}),
        ({"ordered_at": "2026-05-30"}, {"ordered_at": "no_zone"}),
        ({"ordered_at": "9999-12-31T23:59:59Z"}, {"ordered_at": "out_of_range"}),
        ({"owner": "me"}, {"owner": "unknown_field"}),
        ({"reference": "a\0b"}, {"reference": "null_characters_not_allowed"}),
        ({"reference": "BOX-1\u202e1-XOB"}, {"reference": "not_one_line"}),
        ({"registered_name": "Otto\x07"}, {"registered_name": "not_one_line"}),
    ],
)
def test_a_purchase_that_is_none_is_refused_by_field(
    wrong: dict[str, Any], faults: dict[str, str], ground: Ground, with_every_right: Caller
) -> None:
    assert faults_of(with_every_right.tell(f"{VENDOR}purchases/", BOX | wrong)) == faults


def test_a_name_of_several_lines_becomes_one(ground: Ground, with_every_right: Caller) -> None:
    with_every_right.tell(f"{VENDOR}purchases/", BOX | {"registered_name": "Otto\r\nYour key: 1234"})
    assert PurchaseLine.objects.get(purchase__reference="BOX-1").registered_name == "Otto Your key: 1234"


def test_units_of_a_line_are_paid_back_and_no_more_than_it_has(
    ground: Ground, with_every_right: Caller
) -> None:
    line = str(ground.purchase.lines.get().pk)
    answer = change(
        with_every_right, "markRefunded", ground, {"line": line, "units": 2, "reason": "Paid back"}
    )
    assert (answer.status_code, code_of(answer)) == (422, "too_many_units")
    answer = change(
        with_every_right, "markRefunded", ground, {"line": line, "units": 1, "reason": "Paid back"}
    )
    assert said(answer)["marked_refunds"][0]["line"] == line


def test_what_the_shop_itself_says_is_not_taken_back(ground: Ground, with_every_right: Caller) -> None:
    Purchase.objects.update(refunded_at=factories.ORDERED_AT)
    answer = change(with_every_right, "withdrawRefund", ground)
    assert (answer.status_code, code_of(answer)) == (409, "told_by_shop")


def test_an_order_that_another_shop_tells_is_changed_where_it_counts(
    ground: Ground, with_every_right: Caller
) -> None:
    """A change of the one that does not count would leave its tag as it was, and the next change would pass."""
    Purchase.objects.filter(pk=ground.purchase.pk).update(
        same_as=factories.purchase(store=factories.store(name="other"))
    )
    for name in ("markRefunded", "withdrawRefund"):
        answer = change(with_every_right, name, ground)
        assert (answer.status_code, code_of(answer)) == (409, "counts_elsewhere")


def test_a_move_beyond_the_rules_needs_a_reason(ground: Ground, with_every_right: Caller) -> None:
    ground.product.exchange_allowed = False
    ground.product.save()
    Exchange.objects.update(state=ExchangeState.CANCELLED)
    move = {"license": str(ground.license.pk), "to": "macos"}
    answer = with_every_right.tell(f"{VENDOR}exchanges/", move)
    assert (answer.status_code, code_of(answer)) == (422, "reason_needed")
    answer = with_every_right.tell(f"{VENDOR}exchanges/", move | {"reason": "Their machine died"})
    assert said(answer)["state"] == "done"


def test_a_leaked_key_without_another_one_stays(ground: Ground, with_every_right: Caller) -> None:
    Exchange.objects.update(state=ExchangeState.CANCELLED)
    answer = change(with_every_right, "replaceLeakedKey", ground)
    assert (answer.status_code, code_of(answer)) == (409, "out_of_stock")
    assert ground.license.assignments.open().get().key == ground.key


def test_a_move_is_decided_once(ground: Ground, with_every_right: Caller) -> None:
    assert change(with_every_right, "declineExchange", ground).status_code == 200
    answer = change(with_every_right, "approveExchange", ground)
    assert (answer.status_code, code_of(answer)) == (409, "not_running")


def test_what_is_not_there_is_not_changed(with_every_right: Caller, ground: Ground) -> None:
    for name in (*CHANGES, "loadKeys"):
        call = operation(name)
        path = "/".join(NOBODY if part.startswith("{") else part for part in call.path.split("/"))
        answer = with_every_right.tell(path, call.sent(ground), HTTP_IF_MATCH="*")
        assert answer.status_code == 404, name
