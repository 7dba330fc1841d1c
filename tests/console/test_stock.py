"""How long the codes of each pool last, and who waits for one."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from licensing.console.stocks import Pool, pools
from licensing.keys.assign import assign
from licensing.keys.sources.pool import stock
from licensing.models import Edition
from recovery.journeys.exchange_support import move_for
from tests import factories
from tests.console.test_pages import page_address
from tests.recovery.exchanging import owned, shop

pytestmark = pytest.mark.django_db

STOCK = "console:licensing_edition_stock"


def filled(*, level: int, used: int = 0, **fields: Any) -> Edition:
    """An edition with that many codes left, and that many given out last week."""
    edition = factories.edition(stocked_at=timezone.now(), **fields)
    for _ in range(used):
        unit = factories.license(edition=edition, owner=factories.customer())
        assign(license=unit, key=factories.key(edition=edition), now=timezone.now() - timedelta(days=7))
    for _ in range(level):
        factories.key(edition=edition)
    return edition


def found() -> list[Pool]:
    return pools(now=timezone.now(), waiting={})


def page(client: Client) -> str:
    return client.get(reverse(STOCK)).content.decode()


def test_the_first_to_run_dry_is_on_top() -> None:
    unused = factories.edition()
    lasting = filled(level=5)
    late, soon = filled(level=4, used=1), filled(level=1, used=3)
    shared = filled(level=0)
    factories.key(edition=shared, seats=None)

    assert [each.edition for each in found()] == [soon, late, lasting, shared, unused]


def test_tells_the_same_as_the_alert() -> None:
    edition = filled(level=3, used=2)
    now = timezone.now()

    (row,) = pools(now=now, waiting={})
    alert = stock(edition, now)

    assert (row.level, row.used_per_day, row.dry_on) == (alert.level, alert.used_per_day, alert.dry_on)
    assert row.dry_on == (now + timedelta(days=3 * 90 / 2)).date()


def test_codes_given_out_long_ago_do_not_count() -> None:
    edition = filled(level=1)
    unit = factories.license(edition=edition, owner=factories.customer())
    assign(license=unit, key=factories.key(edition=edition), now=timezone.now() - timedelta(days=91))

    assert found()[0].dry_on is None


def test_the_page_says_what_is_low_what_is_empty_and_what_was_never_filled(support: Client) -> None:
    filled(level=2, low_stock_level=3)
    filled(level=0)
    factories.edition()
    enough = filled(level=3, low_stock_level=3)

    text = page(support)

    for word in (">low<", ">empty<", ">no pool used<", ">enough<"):
        assert text.count(word) == 1
    assert page_address(enough) in text


def test_the_page_counts_moves_that_wait(support: Client) -> None:
    sold = shop()
    move_for(owned(sold.windows).pk, platform="macos", by="support", reason="", now=timezone.now())

    assert re.search(r'<td class="field-num_waiting"[^>]*>1</td>', page(support))


def test_the_page_costs_the_same_whatever_the_number_of_pools(support: Client) -> None:
    filled(level=1, used=1)
    page(support)
    with CaptureQueriesContext(connection) as few:
        page(support)
    for _ in range(4):
        filled(level=1, used=1)

    with CaptureQueriesContext(connection) as many:
        page(support)

    assert len(many) == len(few)


def test_the_stock_is_for_who_may_see_editions(client: Client) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))

    assert client.get(reverse(STOCK)).status_code == 403


def test_editions_made_by_a_source_have_no_stock(support: Client) -> None:
    edition = factories.edition(
        key_source="pattern", key_source_options={"pattern": "VCU-#####-#####-#####C"}
    )

    assert found() == []
    assert "Its keys are made, not loaded." in support.get(page_address(edition)).content.decode()


def test_an_edition_says_what_is_left_and_when_it_runs_dry(support: Client) -> None:
    edition = filled(level=2, used=3)
    dry: date = (timezone.now() + timedelta(days=60)).date()

    text = support.get(page_address(edition)).content.decode()

    assert "2 left" in text
    assert "under 0.1 used a day" in text
    assert f"Runs dry on {dry.day} {dry:%B %Y}." in text


def test_an_edition_without_a_pool_runs_dry_on_no_day(support: Client) -> None:
    edition = factories.edition()
    bought = factories.license(edition=edition, owner=factories.customer())
    assign(license=bought, key=factories.key(edition=edition), now=timezone.now() - timedelta(days=7))

    assert "No pool is used: nothing was ever loaded." in support.get(page_address(edition)).content.decode()
    assert "<time" not in page(support)


def test_an_edition_names_who_waits_for_its_keys(support: Client) -> None:
    sold = shop()
    buyer = factories.customer(full_name="Grace <Hopper>")
    line = factories.line(of=factories.purchase(buyer=buyer))
    bought = factories.license(owner=buyer, edition=sold.mac, line=line)
    moving = move_for(owned(sold.windows).pk, platform="macos", by="support", reason="", now=timezone.now())

    text = support.get(page_address(sold.mac)).content.decode()

    assert f'{page_address(bought)}">Grace &lt;Hopper&gt;</a>' in text
    assert f'{page_address(moving)}">Anna Example</a>' in text


def test_an_edition_says_why_its_source_makes_no_keys(support: Client) -> None:
    edition = factories.edition(key_source="pattern", key_source_options={})

    text = support.get(page_address(edition)).content.decode()

    assert "cannot make keys" in text
    assert "There is no pattern" in text
