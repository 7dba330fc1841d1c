"""The examples of the vendor's calls, each made as it stands in the order in which they stand."""

from __future__ import annotations

import pytest

from recovery.api.vendor import examples
from recovery.models import Scope
from tests.api.caller import said
from tests.api.test_schema import found, shape_of
from tests.api.vendor.conftest import system

pytestmark = pytest.mark.django_db


def test_the_examples_can_be_followed_in_their_order() -> None:
    caller = system(*(Scope(each) for each in examples.SCOPES))
    for name, example in examples.OF.items():
        path, method, operation = found(name)
        answer = caller.call(method.upper(), path, example.get("sent"))
        assert str(answer.status_code) in operation["responses"], answer.content
        assert shape_of(said(answer)) == shape_of(example["told"]), name
