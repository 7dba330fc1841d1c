"""Who has a case: opening it tells the next who does, and keeps nobody from deciding it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connections
from django.db.models import F, Model
from django.test import Client
from django.utils import timezone

from licensing.holds import look_at
from licensing.models import Case, CaseKind, Hold
from recovery.journeys.exchange_support import decline
from recovery.models import Exchange, ExchangeState
from recovery.retention import forget
from tests import factories
from tests.console.test_exchanges import asked, do
from tests.console.test_pages import list_address, page_address
from tests.kit.race import released_together

pytestmark = pytest.mark.django_db

TOLD = "has had this open for"


def open_case() -> Case:
    return Case.objects.create(
        kind=CaseKind.CONTRADICTION, purchase=factories.purchase(), digest=b"d", detail={}
    )


def agent(name: str, *rights: str) -> Client:
    """Another browser, in which somebody else is signed in."""
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    return client


def deciding(name: str) -> Client:
    return agent(name, "view_case", "change_case", "view_exchange", "change_exchange")


def page(client: Client, row: Model) -> str:
    return client.get(page_address(row)).content.decode()


def minutes_pass(minutes: int) -> None:
    """As if the holds were that much older."""
    span = timedelta(minutes=minutes)
    Hold.objects.update(since=F("since") - span, until=F("until") - span)


@pytest.mark.parametrize("make", [open_case, asked], ids=["case", "move"])
def test_the_second_who_opens_it_is_told_who_has_it(make: type) -> None:
    row, ada, grace = make(), deciding("ada"), deciding("grace")
    assert TOLD not in page(ada, row)
    minutes_pass(3)

    told = page(grace, row)

    assert f"<strong>ada</strong> {TOLD} 3\xa0minutes" in told
    assert TOLD not in page(ada, row)


@pytest.mark.parametrize("make", [open_case, asked], ids=["case", "move"])
def test_one_click_takes_it_over_and_then_the_first_is_told(make: type) -> None:
    row, ada, grace = make(), deciding("ada"), deciding("grace")
    page(ada, row)
    page(grace, row)

    grace.post(page_address(row).replace("/change/", "/take/"))

    assert TOLD not in page(grace, row)
    assert f"<strong>grace</strong> {TOLD}" in page(ada, row)


def test_a_list_shows_who_has_what_as_long_as_it_is_undecided() -> None:
    case, ada = open_case(), deciding("ada")
    page(ada, case)
    assert '<span class="state state-info">ada</span>' in ada.get(list_address(Case)).content.decode()

    Case.objects.update(closed_at=timezone.now())

    assert "state-info" not in ada.get(list_address(Case)).content.decode()


def test_each_look_renews_it_and_ten_minutes_without_one_end_it() -> None:
    case, ada, grace = open_case(), deciding("ada"), deciding("grace")
    page(ada, case)
    minutes_pass(9)
    page(ada, case)
    minutes_pass(9)
    assert TOLD in page(grace, case)

    minutes_pass(2)

    assert TOLD not in page(grace, case)
    assert Hold.objects.get().by == "grace"


def test_whoever_may_only_look_takes_nothing_and_is_told_nothing() -> None:
    case, looker = open_case(), agent("looker", "view_case")
    page(looker, case)
    assert not Hold.objects.exists()

    assert looker.post(page_address(case).replace("/change/", "/take/")).status_code == 403


def test_a_decided_case_is_taken_by_nobody() -> None:
    case = open_case()
    Case.objects.update(closed_at=timezone.now())

    page(deciding("ada"), case)

    assert not Hold.objects.exists()


def test_the_second_decides_all_the_same_and_the_first_gets_plain_words() -> None:
    exchange, ada, grace = asked(), deciding("ada"), deciding("grace")
    page(ada, exchange)

    do(grace, exchange, "decline", words="It was sold for one platform.")
    answer = do(ada, exchange, "approve", words="")

    assert "decided meanwhile, perhaps by somebody else" in answer.content.decode()
    exchange.refresh_from_db()
    assert exchange.state == ExchangeState.DECLINED


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_wins() -> None:
    exchange = asked()

    race = released_together(
        2,
        lambda n: decline(exchange.pk, by=f"agent {n}", reason="No.", now=timezone.now()),
        after=connections.close_all,
    )

    assert [type(error).__name__ for error in race.errors] == ["NotRunning"]
    assert Exchange.objects.get().by == race.results[0].by


@pytest.mark.django_db(transaction=True)
def test_of_many_who_open_it_at_once_one_has_it() -> None:
    case = open_case()

    race = released_together(8, lambda n: look_at(case, by=f"agent {n}"), after=connections.close_all)

    assert race.errors == []
    assert len({hold.by for hold in race.results}) == 1
    assert Hold.objects.count() == 1


def test_holds_that_are_long_over_are_forgotten() -> None:
    look_at(open_case(), by="ada")
    minutes_pass(24 * 60 + 11)

    forget()

    assert not Hold.objects.exists()
