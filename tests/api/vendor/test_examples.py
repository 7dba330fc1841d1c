"""The examples of the vendor's calls, made as they stand in their order; and what their answers never hold."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse

from recovery.api.vendor import examples
from tests.api.caller import Caller, said
from tests.api.test_schema import shape_of
from tests.api.vendor.ground import CODES, Ground, asked_for, unplaced
from tests.api.vendor.operations import Operation, operation

LOADED = ("EEEE-1111-2222-3333", "FFFF-1111-2222-3333")


class Walk:
    """Each call with the tag that was read last, on the move that was told of last."""

    def __init__(self, ground: Ground, caller: Caller) -> None:
        self.ground, self.caller = ground, caller
        self.exchange = str(ground.exchange.pk)

    def call(self, name: str) -> HttpResponse:
        call = operation(name)
        if name == "declineExchange":
            request = self.ground.exchange.request
            assert request
            asked = asked_for(self.ground.license, to=self.ground.mac, request=request)
            self.exchange = str(asked.pk)
        tag = self.tag_for(call)
        answer = self.caller.call(
            call.method, self.address(call), call.sent(self.ground), **({"HTTP_IF_MATCH": tag} if tag else {})
        )
        assert str(answer.status_code) in call.described["responses"], answer.content
        assert answer.status_code < 300, (name, answer.content)
        if name in ("moveForOwner", "replaceLeakedKey"):
            self.exchange = said(answer)["id"]
        return answer

    def address(self, call: Operation) -> str:
        return call.at(self.ground, exchange_id=self.exchange)

    def tag_for(self, call: Operation) -> str:
        if not any(each["name"] == "If-Match" for each in call.described.get("parameters", [])):
            return ""
        row = call.path.split("/")[4]
        one = {"purchases": "showPurchase", "licenses": "showSoldLicense", "customers": "showCustomer"}
        return self.caller.see(self.address(operation(one.get(row, "showExchange"))))["ETag"]


@pytest.fixture
def walk(ground: Ground, with_every_right: Caller) -> Walk:
    return Walk(ground, with_every_right)


def test_the_examples_can_be_followed_in_their_order(walk: Walk) -> None:
    for name, example in examples.OF.items():
        told = said(walk.call(name))
        assert shape_of(told) == shape_of(example["told"]), name
        for key in ("state", "standing", "kind", "served", "repeated"):
            assert pick(told, key) == pick(example["told"], key), name


def pick(document: Any, key: str) -> Any:
    return document.get(key)


def test_no_answer_holds_a_code_in_any_spelling(walk: Walk) -> None:
    unplaced(walk.ground.purchase)
    for name in examples.OF:
        told = walk.call(name).content.decode()
        for code in (*CODES, *LOADED):
            assert code not in told, name
            assert code.replace("-", "") not in told, name
