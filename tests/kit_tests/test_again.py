"""What tests of the console begin from is the same whether it was made or written again."""

from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from tests.console.conftest import NAME, Filed, file_everything
from tests.kit.again import Again
from tests.kit.emptying import KEPT

pytestmark = pytest.mark.django_db

Rows = dict[str, list[dict[str, Any]]]


def on_file() -> Rows:
    """Every row of every model but those that migrations write."""
    models = [each for each in apps.get_models() if each._meta.db_table not in KEPT]
    return {
        model._meta.label: [
            {field: known(field, value) for field, value in row.items()}
            for row in model._base_manager.order_by("pk").values()
        ]
        for model in models
    }


def known(field: str, value: Any) -> Any:
    """The database numbers some rows, and some moments are its own: that there is one is enough."""
    own = isinstance(value, datetime) or (field == "id" and isinstance(value, int))
    return type(value) if own else value


def taken_back(ground: Again[Filed]) -> tuple[Filed, Rows]:
    with transaction.atomic():
        filed, rows = ground(), on_file()
        transaction.set_rollback(True)
    return filed, rows


def test_every_row_is_as_it_was_made() -> None:
    ground = Again(file_everything)
    before = on_file()
    made, as_made = taken_back(ground)
    assert on_file() == before

    again, as_written = taken_back(ground)

    assert again == made
    assert sum(map(len, as_made.values())) > 60
    assert as_written == as_made


def test_what_a_test_does_to_it_no_other_sees() -> None:
    ground = Again(file_everything)
    made, _ = taken_back(ground)
    made.customer.full_name = "Somebody else"

    again, _ = taken_back(ground)

    assert again.customer.full_name == NAME
