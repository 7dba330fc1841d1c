"""Moving a license on the pages, walked with Django's client."""

import re
from uuid import uuid4

import pytest

from licensing.models import Customer, Edition, License
from recovery.journeys.exchange_support import ask_back
from recovery.models import Exchange, ExchangeState
from tests import factories
from tests.recovery.exchanging import Shop, key_of, owned, served_by, shop
from tests.recovery.web.visitor import Answer, Mailed, Visitor, html_of, prove, text_of

pytestmark = pytest.mark.django_db

MAC = "MAC-0001-ABCD-EFGH"
NOBODYS = "0192f3b5-0000-7000-8000-000000000000"


@pytest.fixture
def opened(browser: Visitor, mailed: Mailed) -> Visitor:
    prove(browser, mailed.link)
    return browser


@pytest.fixture
def sold() -> Shop:
    return shop(mac_codes=[MAC], name="Clip Cutter")


@pytest.fixture
def unit(sold: Shop, mailed: Mailed) -> License:
    return of_anna(sold.windows)


def of_anna(sold: Edition, **facts: object) -> License:
    anna = Customer.objects.get(addresses__canonical="anna@example.com")
    return owned(sold, owner=anna, **facts)  # type: ignore[arg-type]  # the purchase's facts


def move_page(unit: License, platform: str = "macos") -> str:
    return f"/licenses/{unit.pk}/move/{platform}/"


def button(unit: License) -> dict[str, str]:
    return {"unit": f"{unit.pk}.{served_by(unit).pk}"}


def press(visitor: Visitor, unit: License) -> Answer:
    return visitor.send(move_page(unit), button(unit))


def test_the_card_offers_the_move(opened: Visitor, unit: License) -> None:
    assert f'href="{move_page(unit)}"' in html_of(opened.get("/licenses/"))


def test_a_product_for_one_platform_offers_none(opened: Visitor) -> None:
    of_anna(factories.edition())

    assert "Move to" not in text_of(opened.get("/licenses/"))


def test_says_what_will_happen_before_anything_does(opened: Visitor, unit: License) -> None:
    shown = text_of(opened.get(move_page(unit)))

    for words in (
        "Move Clip Cutter from Windows to Mac",
        "anna@example.com",
        "stays valid until",
        "After this, 1 more move is possible within 365 days; the next one from",
        "It costs nothing.",
        "Until then you can undo the move, once",
        "If no key is in stock",
    ):
        assert words in shown
    assert not Exchange.objects.exists()


def test_says_that_the_program_stops_where_it_checks_the_list(opened: Visitor, unit: License) -> None:
    Edition.objects.filter(pk=unit.edition_id).update(checks_retired_list=True)

    assert "it then stops working on Windows" in text_of(opened.get(move_page(unit)))


def test_the_button_leads_to_the_new_code(opened: Visitor, unit: License) -> None:
    answer = press(opened, unit)

    assert answer.status_code == 303
    shown = text_of(opened.get(answer["Location"]))
    assert "Done: Clip Cutter is now for Mac" in shown
    assert MAC in shown


def test_the_card_tells_the_history(opened: Visitor, unit: License) -> None:
    press(opened, unit)

    shown = text_of(opened.get("/licenses/"))
    assert "Moved from Windows on" in shown
    assert "Undo this move" in shown


def test_undo_says_what_it_does_then_does_it(opened: Visitor, unit: License) -> None:
    old = key_of(unit)
    press(opened, unit)
    page = f"/moves/{Exchange.objects.get().pk}/undo/"

    asked = text_of(opened.get(page))
    answer = opened.send(page)

    assert "ends at once, for good" in asked
    assert "Undone: Clip Cutter is for Windows again" in text_of(opened.get(answer["Location"]))
    assert key_of(unit) == old


def test_the_back_button_after_an_undo_changes_nothing(opened: Visitor, unit: License) -> None:
    first = button(unit)
    press(opened, unit)
    page = f"/moves/{Exchange.objects.get().pk}/undo/"
    opened.send(page)

    again = opened.send(move_page(unit), first)
    undo_again = opened.send("/licenses/", to=page)

    assert (again.status_code, undo_again.status_code) == (409, 303)
    assert "Nothing was changed now" in text_of(again)
    assert Exchange.objects.count() == 1


def test_a_double_click_leads_to_the_same_page_twice(opened: Visitor, unit: License) -> None:
    first = button(unit)
    page = opened.get(move_page(unit))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html_of(page))
    assert token
    answers = [opened.post(move_page(unit), {"csrfmiddlewaretoken": token[1], **first}) for _ in range(2)]

    assert {answer["Location"] for answer in answers} == {f"/moves/{Exchange.objects.get().pk}/"}


def test_several_licenses_move_at_once(opened: Visitor, sold: Shop, unit: License) -> None:
    other = of_anna(sold.windows)
    factories.key(edition=sold.mac, code="MAC-0002-ABCD-EFGH")
    page = opened.get(move_page(unit))

    chosen = [f"{each.pk}.{served_by(each).pk}" for each in (unit, other)]
    assert all(value in html_of(page) for value in chosen)
    answer = opened.send(move_page(unit), {"unit": chosen})  # type: ignore[dict-item]  # a field sent twice

    shown = text_of(opened.get(answer["Location"]))
    assert MAC in shown
    assert "MAC-0002-ABCD-EFGH" in shown


def test_asks_for_one_license_at_least(opened: Visitor, unit: License) -> None:
    answer = opened.send(move_page(unit), {})

    assert answer.status_code == 422
    assert "choose at least one" in text_of(answer)


def test_without_a_key_in_stock_it_waits_and_can_be_cancelled(opened: Visitor, mailed: Mailed) -> None:
    unit = of_anna(shop().windows)
    answer = press(opened, unit)

    assert "key is on its way" in text_of(opened.get(answer["Location"]))
    assert "on its way: the new key comes by mail" in text_of(opened.get("/licenses/"))
    opened.send(answer["Location"], to=answer["Location"] + "cancel/")
    assert Exchange.objects.get().state == ExchangeState.CANCELLED


def test_beyond_the_rules_it_says_which_and_support_can_be_asked(opened: Visitor, mailed: Mailed) -> None:
    unit = of_anna(shop(mac_codes=[MAC], exchange_needs_approval=True).windows)

    shown = text_of(opened.get(move_page(unit)))
    answer = opened.send(move_page(unit), {"text": "A <new> Mac"}, to=move_page(unit) + "ask/")

    assert "support looks at each move first" in shown
    page = opened.get(answer["Location"])
    assert "Support has your question" in text_of(page)
    assert "A &lt;new&gt; Mac" in html_of(page)


def test_a_move_that_the_rules_stop_says_from_when_it_is_allowed(opened: Visitor, unit: License) -> None:
    press(opened, unit)
    opened.send(f"/moves/{Exchange.objects.get().pk}/undo/")

    shown = text_of(opened.get(move_page(unit)))

    assert "This license moved a short while ago. It can move again from" in shown


@pytest.mark.parametrize("platform", ["linux", "windows", "any", "amiga", "%00"])
def test_an_unknown_platform_is_no_page(opened: Visitor, unit: License, platform: str) -> None:
    assert opened.get(move_page(unit, platform)).status_code == 404


def test_somebody_elses_license_is_no_page(opened: Visitor, sold: Shop) -> None:
    theirs = owned(sold.windows)

    assert opened.get(move_page(theirs)).status_code == 404
    assert opened.send("/licenses/", button(theirs), to=move_page(theirs)).status_code == 404
    assert opened.get(f"/moves/{uuid4()}/").status_code == 404
    assert not Exchange.objects.exists()


@pytest.mark.parametrize("value", ["", ".", "x.y", "0", "\0", NOBODYS, f"{NOBODYS}.{NOBODYS}"])
def test_damaged_form_values_are_no_error_of_ours(opened: Visitor, unit: License, value: str) -> None:
    assert opened.send("/licenses/", {"unit": value}, to=move_page(unit)).status_code == 404


def test_outside_the_view_nothing_opens(browser: Visitor, unit: License) -> None:
    for page in (move_page(unit), f"/moves/{uuid4()}/", f"/moves/{uuid4()}/undo/"):
        assert browser.get(page).status_code == 403


def test_a_key_that_a_generator_makes_is_said_to_be_made(opened: Visitor) -> None:
    sold = shop()
    Edition.objects.filter(pk=sold.mac.pk).update(
        key_source="remote",
        key_source_options={"url": "https://keys.vendor.example/make", "protocol": "json"},
    )
    unit = of_anna(sold.windows)
    waiting = factories.license(owner=unit.owner, edition=Edition.objects.get(pk=sold.mac.pk))

    before = text_of(opened.get(move_page(unit)))
    answer = press(opened, unit)

    assert "The Mac key is made for you" in before
    assert "The Mac key is being made" in text_of(opened.get(answer["Location"]))
    assert waiting.assignments.count() == 0
    assert "The key for this license is being made" in text_of(opened.get("/licenses/"))


def test_what_support_asks_stands_beside_the_license(opened: Visitor, mailed: Mailed) -> None:
    unit = of_anna(shop(mac_codes=[MAC], exchange_needs_approval=True).windows)
    answer = opened.send(move_page(unit), {"text": "A new Mac"}, to=move_page(unit) + "ask/")
    ask_back(Exchange.objects.get().pk, by="support", text="Which Mac is it?")

    card, page = text_of(opened.get("/licenses/")), text_of(opened.get(answer["Location"]))

    assert "Support asks about your move to Mac: Which Mac is it?" in card
    assert "Support asks you something" in page
    opened.send(answer["Location"], {"text": "An Air"}, to=answer["Location"] + "answer/")
    assert "Support has your question" in text_of(opened.get(answer["Location"]))


def test_a_mail_with_former_keys_is_not_said_to_hold_all_of_this(opened: Visitor, unit: License) -> None:
    press(opened, unit)

    assert "older than your last move" in text_of(opened.get("/licenses/"))
