"""Support moves a license on its owner's behalf, or replaces a code that leaked."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from licensing.keys.assign import assign
from licensing.models import Case, Edition, KeyState, License, RegistrationKey
from recovery.journeys import leaked_key
from recovery.journeys.exchange import ask_support
from recovery.models import Exchange, ExchangeState, Message
from tests import factories
from tests.console.test_pages import list_address, page_address
from tests.recovery.exchanging import key_of, owned, proved, served_by, shop

pytestmark = pytest.mark.django_db

START = "console:recovery_exchange_start"


def owned_here(**policy: Any) -> License:
    return owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"], **policy).windows)


def start(client: Client, unit: License) -> str:
    return client.get(reverse(START), {"license": str(unit.pk)}).content.decode()


def move(client: Client, unit: License, **written: str) -> HttpResponse:
    seen = str(served_by(unit).pk)
    form = {"license": str(unit.pk), "seen": seen, "platform": "macos", "words": "", **written}
    return client.post(reverse("console:recovery_exchange_move"), form, follow=True)  # type: ignore[return-value]  # the test client's own class


def replace(client: Client, unit: License, **written: str) -> HttpResponse:
    form = {
        "license": str(unit.pk),
        "key": str(key_of(unit).pk),
        "words": "Seen in a forum",
        "whole": "on",
        **written,
    }
    return client.post(reverse("console:recovery_exchange_replace"), form, follow=True)  # type: ignore[return-value]  # the test client's own class


def shared_by(count: int, *, spare: int, seats: int | None = 5) -> tuple[RegistrationKey, list[License]]:
    """One code that as many customers use, one license each, and codes of one seat in the pool."""
    edition = shop().windows
    key = factories.key(edition=edition, seats=seats)
    units = []
    for _ in range(count):
        owner = factories.customer()
        line = factories.line(of=factories.purchase(buyer=owner))
        unit = factories.license(owner=owner, edition=edition, line=line)
        assign(license=unit, key=key, now=factories.ORDERED_AT)
        units.append(unit)
    for _ in range(spare):
        factories.key(edition=edition)
    return key, units


def test_the_page_of_a_license_leads_there(support: Client) -> None:
    unit = owned_here()

    text = support.get(page_address(unit)).content.decode()

    assert f'href="{reverse(START)}?license={unit.pk}"' in text


@pytest.mark.parametrize("checks", [True, False])
def test_says_who_goes_on_accepting_a_leaked_code(checks: bool, support: Client) -> None:
    unit = owned_here()
    Edition.objects.filter(pk=unit.edition_id).update(checks_retired_list=checks)

    text = start(support, unit)

    assert ("the program goes on accepting it" in text) is not checks
    assert ("Its application refuses the leaked code" in text) is checks


def test_says_what_a_move_would_do(support: Client) -> None:
    text = start(support, owned_here())

    assert "Move it to Mac" in text
    assert "within the rules" in text
    assert "A code of its pool is given, which has 1." in text
    assert "until then the move can be undone" in text


def test_moves_within_the_rules_without_a_reason(support: Client) -> None:
    unit = owned_here()

    answer = move(support, unit)

    done = Exchange.objects.get()
    assert (done.state, done.by, done.reason) == ("done", "support", "")
    assert b"the license has its new key" in answer.content


def test_says_which_rule_a_move_goes_beyond_and_wants_a_reason(support: Client) -> None:
    unit = owned_here(exchange_allowed=False)
    assert "beyond the rules" in start(support, unit)

    answer = move(support, unit, words=" ")

    assert answer.status_code == 422
    assert b"This field is required" in answer.content
    assert not Exchange.objects.exists()


def test_records_the_reason_for_going_beyond_the_rules(support: Client) -> None:
    unit = owned_here(exchange_allowed=False)

    answer = move(support, unit, words="Promised <at> a fair")

    done = Exchange.objects.get()
    assert (done.state, done.reason, done.policy["rule"]) == ("done", "Promised <at> a fair", "not_offered")
    assert b"Support went beyond it." in answer.content
    assert b"Promised &lt;at&gt; a fair" in answer.content


def test_a_reason_that_is_too_long_stays_typed(support: Client) -> None:
    answer = move(support, owned_here(), words="x" * 301)

    assert answer.status_code == 422
    assert b"x" * 301 in answer.content


def test_two_clicks_are_one_move(support: Client) -> None:
    unit = owned_here()
    seen = str(served_by(unit).pk)

    move(support, unit, seen=seen)
    again = move(support, unit, seen=seen)

    assert Exchange.objects.count() == 1
    assert b"has another key since that page was shown" in again.content


def test_two_clicks_on_a_move_that_waits_are_one(support: Client) -> None:
    unit = owned(shop().windows)

    move(support, unit)
    again = move(support, unit)

    assert Exchange.objects.get().state == ExchangeState.WAITING
    assert b"A move of this license is under way already." in again.content


def test_nobody_moves_what_was_refunded(support: Client) -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows, refunded_at=timezone.now())
    text = start(support, unit)

    answer = move(support, unit, words="Be kind")

    assert "The order was refunded" in text
    assert "Move it to Mac" not in text
    assert b"The order was refunded" in answer.content
    assert not Exchange.objects.exists()


def test_a_move_under_way_is_shown_instead_of_a_second_one(support: Client) -> None:
    unit = owned(shop(exchange_needs_approval=True).windows)
    asked = ask_support(proved(unit), license_id=unit.pk, platform="macos", text="", now=timezone.now())

    text = start(support, unit)

    assert f'href="{page_address(asked)}"' in text
    assert "Move it to Mac" not in text


@pytest.mark.parametrize("platform", ["amiga", "", "any", "linux", "windows"])
def test_platforms_that_it_does_not_exist_for_change_nothing(platform: str, support: Client) -> None:
    assert move(support, owned_here(), platform=platform).status_code in (200, 422)
    assert not Exchange.objects.exists()


@pytest.mark.parametrize("license", ["", "nonsense", "01900000-0000-7000-8000-000000000000", "\0"])
def test_licenses_that_are_not_there_are_not_found(license: str, support: Client) -> None:
    assert support.get(reverse(START), {"license": license}).status_code == 404


def test_a_leaked_code_ends_at_once(support: Client) -> None:
    unit = owned_here()
    leaked, new = key_of(unit), factories.key(edition=unit.edition)

    replace(support, unit)

    leaked.refresh_from_db()
    assert (key_of(unit), leaked.state) == (new, KeyState.RETIRED)
    assert Exchange.objects.get().reason == "Seen in a forum"


def test_a_leak_is_not_replaced_without_a_reason(support: Client) -> None:
    unit = owned_here()
    factories.key(edition=unit.edition)

    answer = replace(support, unit, words="")

    assert answer.status_code == 422
    assert not Exchange.objects.exists()


def test_the_second_of_two_clicks_replaces_nothing(support: Client) -> None:
    unit = owned_here()
    leaked = key_of(unit)
    for _ in range(2):
        factories.key(edition=unit.edition)

    replace(support, unit, key=str(leaked.pk))
    again = replace(support, unit, key=str(leaked.pk))

    assert Exchange.objects.count() == 1
    assert b"No license that this was asked for is on that code any more." in again.content


def test_lists_all_who_share_a_leaked_code(support: Client) -> None:
    _, units = shared_by(3, spare=0)

    text = start(support, units[0])

    assert "This code serves 3 licenses" in text
    assert all(page_address(unit) in text for unit in units)


def test_replaces_a_shared_code_for_everybody_on_it(support: Client) -> None:
    key, units = shared_by(3, spare=3)

    replace(support, units[0])

    key.refresh_from_db()
    assert len({key_of(unit).pk for unit in units} - {key.pk}) == 3
    assert (key.state, Message.objects.count()) == (KeyState.RETIRED, 3)


def test_one_mail_tells_an_owner_of_all_their_licenses(support: Client) -> None:
    key, units = shared_by(2, spare=3)
    second = factories.license(owner=units[0].owner, edition=units[0].edition, line=units[0].line, unit=2)
    assign(license=second, key=key, now=factories.ORDERED_AT)

    replace(support, units[1])

    assert (Exchange.objects.count(), Message.objects.count()) == (3, 2)


def test_replaces_it_for_one_only_if_asked_to(support: Client) -> None:
    key, units = shared_by(3, spare=3)

    replace(support, units[0], whole="")

    key.refresh_from_db()
    assert [key_of(unit) == key for unit in units] == [False, True, True]
    assert key.state == KeyState.SERVING


def test_serves_whom_it_can_where_codes_do_not_last_and_the_rest_once_there_are_more(support: Client) -> None:
    key, units = shared_by(3, spare=2)

    first = replace(support, units[0])
    left = [unit for unit in units if key_of(unit) == key]
    assert (
        f'name="key" value="{key.pk}"' in first.content.decode()
    )  # pressed again, it is about the same code
    factories.key(edition=key.edition)
    replace(support, units[0], key=str(key.pk))

    assert b"Licenses that still have the leaked code: 1." in first.content
    assert len(left) == 1
    assert not [unit for unit in units if key_of(unit) == key]


def test_goes_on_where_it_stopped_when_very_many_share_a_code(
    support: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaked_key, "OWNERS_AT_ONCE", 2)
    key, units = shared_by(3, spare=3)

    first = replace(support, units[0])
    still = [unit for unit in units if key_of(unit) == key]
    replace(support, still[0])

    assert b"More licenses are on this code. Press again." in first.content
    assert f'name="license" value="{still[0].pk}"' in first.content.decode()
    assert len(still) == 1
    assert not [unit for unit in units if key_of(unit) == key]


def test_leaves_those_on_a_shared_code_whose_orders_are_over(support: Client) -> None:
    key, units = shared_by(2, spare=2)
    order = units[1].line.purchase
    order.refunded_at = timezone.now()
    order.save()

    answer = replace(support, units[0])

    assert [key_of(unit) == key for unit in units] == [False, True]
    assert b"Licenses left as they are" in answer.content


def test_a_code_for_all_buyers_is_replaced_by_another(support: Client) -> None:
    key, units = shared_by(2, spare=2, seats=None)

    replace(support, units[0])

    assert not [unit for unit in units if key_of(unit) == key]


@pytest.mark.parametrize("rights", [[], ["view_exchange", "view_license", "change_license"]])
def test_who_may_not_change_exchanges_begins_none(rights: list[str], client: Client) -> None:
    unit = owned_here(exchange_allowed=False)
    factories.key(edition=unit.edition)
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(looker)

    page = client.get(reverse(START), {"license": str(unit.pk)})
    answers = [page, move(client, unit, words="Be kind"), replace(client, unit)]

    assert [each.status_code for each in answers] == [403, 403, 403]
    assert not Exchange.objects.exists()


def test_the_page_of_a_license_shows_the_way_only_to_who_may_go_it(client: Client) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_license"))
    client.force_login(looker)

    assert reverse(START) not in client.get(page_address(owned_here())).content.decode()


def test_the_case_of_a_move_leads_to_it(support: Client) -> None:
    unit = owned(shop(exchange_needs_approval=True).windows)
    asked = ask_support(proved(unit), license_id=unit.pk, platform="macos", text="", now=timezone.now())
    case = Case.objects.get()

    for address in (page_address(case), list_address(Case)):
        text = support.get(address).content.decode()
        assert f'href="{page_address(asked)}"' in text
        assert "For this product support looks at each move first." in text
    assert asked.state == ExchangeState.ASKED
