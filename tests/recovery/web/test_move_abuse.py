"""Moves as somebody sends them who means no good, or who has very many licenses."""

import pytest
from django.utils import timezone

from licensing.models import Customer, Edition, License, Platform
from recovery.journeys.exchange import MOST_UNITS, ask_support, move, preview
from recovery.journeys.exchange_support import ask_back
from recovery.mail.silence import silence
from recovery.models import Exchange, RecoveryRequest
from tests import factories
from tests.recovery.exchanging import Shop, owned, proved, seen, served_by, shop
from tests.recovery.web.visitor import Answer, Mailed, Visitor, html_of, prove

pytestmark = pytest.mark.django_db

MARKUP = '"><script>alert(1)</script>'


@pytest.fixture
def opened(browser: Visitor, mailed: Mailed) -> Visitor:
    prove(browser, mailed.link)
    return browser


@pytest.fixture
def sold() -> Shop:
    return shop(mac_codes=["MAC-0001-ABCD-EFGH"], name="Clip Cutter")


def anna() -> Customer:
    return Customer.objects.get(addresses__canonical="anna@example.com")


@pytest.fixture
def unit(sold: Shop, mailed: Mailed) -> License:
    return owned(sold.windows, owner=anna())


def many_of(edition: Edition, count: int) -> list[License]:
    return [owned(edition, owner=anna()) for _ in range(count)]


def move_page(unit: License, platform: str = "macos") -> str:
    return f"/licenses/{unit.pk}/move/{platform}/"


def buttons(*units: License) -> dict[str, list[str]]:
    return {"unit": [f"{each.pk}.{served_by(each).pk}" for each in units]}


def send(visitor: Visitor, fields: dict[str, list[str]], *, to: str) -> Answer:
    return visitor.send("/licenses/", fields, to=to)  # type: ignore[arg-type]  # a field sent several times


def test_as_many_as_a_page_shows_move_with_one_press(opened: Visitor, sold: Shop) -> None:
    units = many_of(sold.windows, MOST_UNITS)

    answer = send(opened, buttons(*units), to=move_page(units[0]))

    assert answer.status_code == 303
    assert Exchange.objects.count() == MOST_UNITS


def test_a_page_shows_no_more_than_can_be_sent_whichever_license_it_was_opened_for(
    opened: Visitor, sold: Shop
) -> None:
    last = many_of(sold.windows, MOST_UNITS + 1)[-1]

    shown = preview(proved(last), license_id=last.pk, platform="macos", now=timezone.now())

    assert shown.unit.license == shown.units[0].license == last
    assert len(shown.units) == MOST_UNITS


def test_thousands_of_units_in_one_request_are_not_read(opened: Visitor, unit: License) -> None:
    answer = send(opened, {"unit": buttons(unit)["unit"] * 500}, to=move_page(unit))

    assert answer.status_code == 413
    assert not Exchange.objects.exists()


def test_units_of_two_products_do_not_move_together(opened: Visitor, unit: License) -> None:
    other = owned(shop(mac_codes=["OTHER-0001-ABCD"]).windows, owner=anna())

    assert send(opened, buttons(unit, other), to=move_page(unit)).status_code == 404
    assert not Exchange.objects.exists()


def test_somebody_elses_unit_among_mine_moves_none(opened: Visitor, sold: Shop, unit: License) -> None:
    theirs = owned(sold.windows)

    assert send(opened, buttons(unit, theirs), to=move_page(unit)).status_code == 404
    assert not Exchange.objects.exists()


@pytest.mark.parametrize("platform", ["any", "windows", "MACOS", "linux", "macos%00"])
def test_a_platform_that_is_none_of_its_counterparts_moves_nothing(
    opened: Visitor, sold: Shop, unit: License, platform: str
) -> None:
    factories.edition(of=sold.product, platform=Platform.ANY, version="2")

    assert send(opened, buttons(unit), to=move_page(unit, platform)).status_code == 404
    assert not Exchange.objects.exists()


def test_what_shops_vendors_and_support_wrote_is_text_on_every_page(opened: Visitor) -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH"], name=f"Cutter {MARKUP}", exchange_needs_approval=True)
    Edition.objects.update(activation_help=MARKUP, download_url=f"javascript:{MARKUP}", version=MARKUP[:40])
    Edition.objects.filter(pk=sold.mac.pk).update(platform="macos")
    unit = owned(sold.windows, owner=anna(), reference=MARKUP, code=MARKUP)
    asked = ask_support(proved(unit), license_id=unit.pk, platform="macos", text=MARKUP, now=timezone.now())
    ask_back(asked.pk, by="support", text=MARKUP)

    pages = ["/licenses/", move_page(unit), f"/moves/{asked.pk}/"]
    shown = [html_of(opened.get(page)) for page in pages]

    assert all("&lt;script&gt;alert" in page for page in shown)
    assert not any("<script>alert" in page or 'href="javascript' in page for page in shown)


@pytest.mark.parametrize("page", ["undo", "cancel", "answer"])
def test_no_step_without_the_forms_token(opened: Visitor, unit: License, page: str) -> None:
    (exchange,) = move(proved(unit), chosen=seen(unit), platform="macos", now=timezone.now())

    assert opened.post(f"/moves/{exchange.pk}/{page}/").status_code == 403
    exchange.refresh_from_db()
    assert exchange.state == "done"


def test_a_muted_mailbox_moves_nothing_from_a_view_that_was_open(opened: Visitor, unit: License) -> None:
    token_from = html_of(opened.get(move_page(unit)))
    token = token_from.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    silence(RecoveryRequest.objects.with_open_view().get())

    answer = opened.post(move_page(unit), {"csrfmiddlewaretoken": token, **buttons(unit)})

    assert answer.status_code == 403
    assert not Exchange.objects.exists()
