"""What nobody types: it finds nothing, and breaks nothing."""

import pytest
from django.db.models import Model
from django.test import Client

from licensing.console.search import can_be_stored
from licensing.models import Case, Customer, Edition, Purchase, RegistrationKey
from recovery.models import Message, RecoveryRequest
from tests.console.conftest import Filed
from tests.console.test_pages import list_address

TERMS = {
    "NUL in an address": "ada%00@lovelace.example",
    "nothing but NUL": "%00%00",
    "half a surrogate pair": "ada%ED%A0%80@lovelace.example",
    "no UTF-8": "%FF%FE",
    "a long address": "a" * 20_000 + "@lovelace.example",
    "many words": "+".join(["ab"] * 3000),
    "many digits": "9" * 5000,
    "signs of LIKE and SQL": "%25%25__%5C%27%22%3B--",
}


@pytest.mark.parametrize("term", TERMS.values(), ids=TERMS.keys())
def test_a_hostile_term_finds_nothing_and_breaks_nothing(support: Client, filed: Filed, term: str) -> None:
    for model in (Customer, RegistrationKey, Message, Edition):
        page = support.get(f"{list_address(model)}?q={term}")
        assert page.status_code == 200, model
        shown = list(page.context["cl"].result_list)
        assert shown == [] or page.context["cl"].query == "", (
            model
        )  # Django refuses NUL and shows the whole list


@pytest.mark.parametrize(
    ("model", "filters"),
    [
        (Message, "state__exact=%00"),
        (Edition, "platform__exact=a%00"),
    ],
)
def test_a_filter_that_no_row_can_have_leads_back_to_the_list(
    support: Client, filed: Filed, model: type[Model], filters: str
) -> None:
    answer = support.get(f"{list_address(model)}?{filters}")
    assert (answer.status_code, answer["Location"]) == (302, f"{list_address(model)}?e=1")


def test_knows_what_a_column_can_hold() -> None:
    assert can_be_stored("Ω 😀 \n")
    assert not any(map(can_be_stored, ["a\0b", "\ud800", "\udfff"]))


@pytest.mark.parametrize("chosen", ["x", "\0", "-1"])
def test_an_action_on_what_is_no_row_breaks_nothing(chosen: str, support: Client, filed: Filed) -> None:
    form = {"action": "close", "_selected_action": [chosen]}

    assert support.post(list_address(Case), form).status_code == 400


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        (RegistrationKey, "fingerprint_a__gt=0"),
        (RegistrationKey, "id__in=1"),
        (RecoveryRequest, "browser_digest__startswith=a"),
        (Customer, "full_name__contains=a"),
        (Purchase, "buyer__full_name__contains=a"),
        (Purchase, "buyer_id=1"),
        (Purchase, "store__webhook__contains=a"),
    ],
)
def test_a_list_is_filtered_by_its_own_filters_only(
    support: Client, filed: Filed, model: type[Model], asked: str
) -> None:
    assert support.get(f"{list_address(model)}?{asked}").status_code == 400
