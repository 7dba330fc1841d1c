"""The examples of the vendor's calls, each made as it stands in the order in which they stand."""

from __future__ import annotations

from recovery.api.vendor import examples
from tests.api.caller import Caller, said
from tests.api.test_schema import shape_of
from tests.api.vendor.ground import Ground
from tests.api.vendor.operations import operation


def test_the_examples_can_be_followed_in_their_order(ground: Ground, with_every_right: Caller) -> None:
    for name, example in examples.OF.items():
        call = operation(name)
        answer = with_every_right.call(call.method, call.at(ground), call.sent)
        assert str(answer.status_code) in call.described["responses"], answer.content
        assert answer.status_code < 300, answer.content
        assert shape_of(said(answer)) == shape_of(example["told"]), name
