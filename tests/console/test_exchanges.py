"""What support decides about moves, on the page of the exchange."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from recovery.journeys.exchange import ask_support
from recovery.journeys.exchange_support import decline, move_for
from recovery.models import Exchange, ExchangeState, Message, MessageKind
from tests.console.conftest import Filed
from tests.console.test_pages import list_address, page_address
from tests.recovery.exchanging import key_of, owned, proved, shop

pytestmark = pytest.mark.django_db

DEEDS = {
    "approve": {"words": "A new computer"},
    "decline": {"words": "It was sold for one platform."},
    "ask": {"words": "Which Mac is it?"},
    "cancel": {},
    "undo": {},
}


def asked(*, text: str = "My PC broke", codes: int = 1, **policy: Any) -> Exchange:
    """A customer asked support for a move that the rules leave to a person."""
    sold = shop(
        mac_codes=[f"MAC-{n:04}-ABCD-EFGH" for n in range(codes)], exchange_needs_approval=True, **policy
    )
    unit = owned(sold.windows)
    return ask_support(proved(unit), license_id=unit.pk, platform="macos", text=text, now=timezone.now())


def moved(*, days_ago: int = 0) -> Exchange:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows)
    return move_for(
        unit.pk, platform="macos", by="support", reason="", now=timezone.now() - timedelta(days=days_ago)
    )


def do(client: Client, exchange: Exchange, deed: str, **written: str) -> HttpResponse:
    address = reverse("console:recovery_exchange_decide", args=[exchange.pk, deed])
    return client.post(address, written, follow=True)  # type: ignore[return-value]  # the test client's own class


def page(client: Client, exchange: Exchange) -> str:
    return client.get(page_address(exchange)).content.decode()


def state_of(exchange: Exchange) -> str:
    return Exchange.objects.get(pk=exchange.pk).state


def mails() -> list[str]:
    to_customers = Message.objects.exclude(kind=MessageKind.ALERT)
    return list(to_customers.order_by("id").values_list("kind", flat=True))


def test_the_page_says_who_asked_what_by_which_rule_and_what_they_wrote(support: Client) -> None:
    exchange = asked(text="My <b>PC</b> broke")

    text = page(support, exchange)

    assert "My &lt;b&gt;PC&lt;/b&gt; broke" in text
    assert "For this product support looks at each move first." in text
    assert "A license may move 2 times in 365 days" in text
    assert key_of(exchange.license).tail in text
    assert "Approve this move" in text


def test_approves(support: Client) -> None:
    exchange = asked()

    answer = do(support, exchange, "approve", words="A new computer")

    exchange.refresh_from_db()
    assert (exchange.state, exchange.by, exchange.reason) == ("done", "support", "A new computer")
    assert b"the license has its new key" in answer.content
    assert mails() == [MessageKind.REPLACEMENT]


def test_says_that_support_approved_where_the_rule_is_that_it_approves(support: Client) -> None:
    exchange = asked()

    do(support, exchange, "approve")

    text = page(support, exchange)
    assert "For this product support looks at each move first. Support approved it." in text
    assert "went beyond" not in text


def test_says_that_support_went_beyond_the_rules(support: Client) -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"], exchange_allowed=False).windows)

    exchange = move_for(unit.pk, platform="macos", by="support", reason="A gift", now=timezone.now())

    assert "by itself. Support went beyond it." in page(support, exchange)


def test_shows_no_row_for_what_has_not_happened(support: Client) -> None:
    unit = owned(shop().windows)
    waiting = move_for(unit.pk, platform="macos", by="support", reason="", now=timezone.now())

    for row in ("field-reason", "field-completed_at", "field-ended_at", "field-conversation"):
        assert row not in page(support, waiting)
    assert "field-conversation" in page(support, asked(text="My PC broke"))


def test_a_declined_move_says_its_reason_once(support: Client) -> None:
    exchange = asked()

    do(support, exchange, "decline", words="It was sold for one platform.")

    assert page(support, exchange).count("It was sold for one platform.") == 1
    assert "field-reason" not in page(support, exchange)


def test_the_keys_of_a_license_have_dates(support: Client) -> None:
    exchange = moved()

    text = page(support, exchange)

    today = date_format(timezone.localtime(timezone.now()), "j M Y")
    assert "now – " not in text
    assert ", since <time datetime=" in text
    assert f">{today}</time>" in text


def test_says_that_an_approved_move_waits_for_a_key(support: Client) -> None:
    exchange = asked(codes=0)

    answer = do(support, exchange, "approve")

    assert state_of(exchange) == ExchangeState.WAITING
    assert b"waits for a key" in answer.content


def test_declines_with_the_reason_that_the_customer_reads(support: Client) -> None:
    exchange = asked()

    do(support, exchange, "decline", words="It was sold for one platform.")

    assert state_of(exchange) == ExchangeState.DECLINED
    assert exchange.notes.latest("id").text == "It was sold for one platform."
    assert mails() == [MessageKind.DECLINED]


@pytest.mark.parametrize(
    ("deed", "words", "complaint"),
    [
        ("decline", "  ", "This field is required"),
        ("ask", "", "This field is required"),
        ("approve", "x" * 301, "at most 300 characters"),
        ("decline", "x" * 4001, "at most 4000 characters"),
        ("ask", "with a \0 in it", "Null characters are not allowed"),
    ],
)
def test_refuses_what_cannot_be_sent_and_keeps_it_typed(
    deed: str, words: str, complaint: str, support: Client
) -> None:
    exchange = asked()

    answer = do(support, exchange, deed, words=words)

    assert answer.status_code == 422
    assert complaint in answer.content.decode()
    assert words.strip() in answer.content.decode()
    assert (state_of(exchange), mails()) == (ExchangeState.ASKED, [])


def test_ends_of_lines_count_once(support: Client) -> None:
    exchange = asked()

    do(support, exchange, "decline", words="\r\n".join(["x" * 99] * 40))

    assert state_of(exchange) == ExchangeState.DECLINED


def test_a_question_asked_by_two_clicks_is_one_mail(support: Client) -> None:
    exchange = asked()

    do(support, exchange, "ask", words="Which Mac is it?")
    do(support, exchange, "ask", words="Which Mac is it?")

    assert (state_of(exchange), mails()) == (ExchangeState.ASKED, [MessageKind.QUESTION])


@pytest.mark.parametrize("deed", ["approve", "decline", "ask", "cancel"])
def test_says_that_it_was_decided_meanwhile(deed: str, support: Client) -> None:
    exchange = asked()
    decline(exchange.pk, by="somebody", reason="No", now=timezone.now())

    answer = do(support, exchange, deed, **DEEDS[deed])

    assert b"decided meanwhile" in answer.content
    assert (state_of(exchange), len(mails())) == (ExchangeState.DECLINED, 1)


def test_undoes_within_the_grace_period_and_only_once(support: Client) -> None:
    exchange = moved()
    assert "Undo this move" in page(support, exchange)

    do(support, exchange, "undo")
    do(support, exchange, "undo")

    assert state_of(exchange) == ExchangeState.UNDONE
    assert mails().count(MessageKind.UNDONE) == 1
    assert "Undo this move" not in page(support, exchange)


def test_offers_no_undo_after_the_grace_period(support: Client) -> None:
    exchange = moved(days_ago=20)

    assert "Undo this move" not in page(support, exchange)
    assert b"can no longer be undone" in do(support, exchange, "undo").content
    assert state_of(exchange) == ExchangeState.DONE


def test_cancels_what_waits(support: Client) -> None:
    unit = owned(shop().windows)
    waiting = move_for(unit.pk, platform="macos", by="support", reason="", now=timezone.now())

    do(support, waiting, "cancel")

    assert state_of(waiting) == ExchangeState.CANCELLED


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("rights", [[], ["view_exchange"], ["view_exchange", "change_case"]])
def test_who_may_not_change_exchanges_changes_nothing(deed: str, rights: list[str], client: Client) -> None:
    exchange = moved() if deed == "undo" else asked()
    before = (state_of(exchange), len(mails()))
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(looker)

    answer = do(client, exchange, deed, **DEEDS[deed])

    assert answer.status_code == 403
    assert (state_of(exchange), len(mails())) == before


def test_the_right_to_change_exchanges_is_enough(client: Client) -> None:
    exchange = asked()
    decider = User.objects.create_user("decider", is_staff=True)
    decider.user_permissions.set(Permission.objects.filter(codename__in=["view_exchange", "change_exchange"]))
    client.force_login(decider)

    do(client, exchange, "approve")

    assert state_of(exchange) == ExchangeState.DONE


def test_who_may_only_look_sees_no_buttons(client: Client) -> None:
    exchange = asked()
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_exchange"))
    client.force_login(looker)

    text = page(client, exchange)

    assert "My PC broke" in text
    assert "Approve this move" not in text


def test_buttons_are_pressed_not_followed(support: Client) -> None:
    exchange = asked()

    answer = support.get(reverse("console:recovery_exchange_decide", args=[exchange.pk, "approve"]))

    assert (answer.status_code, state_of(exchange)) == (405, ExchangeState.ASKED)


def test_another_site_cannot_press_them(settings: LazySettings) -> None:
    settings.CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"  # ours is a page of the customers' site
    exchange = asked()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.create_superuser("support"))

    answer = do(browser, exchange, "approve")

    assert (answer.status_code, state_of(exchange)) == (403, ExchangeState.ASKED)


def test_knows_no_other_deeds(support: Client) -> None:
    assert do(support, asked(), "sell").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state__exact": "asked"}, True),
        ({"state__exact": "done"}, False),
        ({"from": "windows"}, True),
        ({"from": "macos"}, False),
        ({"to": "macos", "from": "windows"}, True),
        ({"asked": "7"}, True),
        ({"product": "nonsense"}, False),
    ],
)
def test_filters_the_list(query: dict[str, str], found: bool, support: Client) -> None:
    exchange = asked()

    text = support.get(list_address(Exchange), query).content.decode()

    assert (page_address(exchange) in text) == found


def test_filters_by_product_and_by_date(support: Client) -> None:
    mine, old = asked(), asked()
    Exchange.objects.filter(pk=old.pk).update(asked_at=timezone.now() - timedelta(days=8))

    of_product = support.get(list_address(Exchange), {"product": str(mine.from_edition.product_id)})
    of_week = support.get(list_address(Exchange), {"asked": "7"})

    for answer in (of_product, of_week):
        assert page_address(mine) in answer.content.decode()
        assert page_address(old) not in answer.content.decode()


def test_the_list_costs_no_query_for_each_row(support: Client) -> None:
    asked()
    support.get(list_address(Exchange))
    with CaptureQueriesContext(connection) as few:
        support.get(list_address(Exchange))
    for _ in range(5):
        asked()

    with CaptureQueriesContext(connection) as many:
        support.get(list_address(Exchange))

    assert len(many) == len(few)


def test_the_first_page_leads_to_moves_that_need_a_person(support: Client, filed: Filed) -> None:
    text = support.get(reverse("console:index")).content.decode()

    assert f'<a href="{list_address(Exchange)}?state__exact=asked"><strong>1</strong>' in text
