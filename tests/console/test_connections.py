"""Shops are connected in the console, and nothing that signs for them is ever shown again."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from licensing.console.connecting import AT_MOST
from licensing.console.heard import ago
from licensing.console.trials import CannotBeSigned, try_sample
from licensing.intake.hooks.connections import address_of, api_key_of, by_address, secrets_of
from licensing.intake.stores import KINDS
from licensing.models import Connection, EventState, HookEvent, License, Purchase, Store
from tests import factories
from tests.console.shops import NOW, SECRET, connection, deed, event, page_of, said, signed_in, text_of

pytestmark = pytest.mark.django_db

ADD = "console:licensing_connection_add"
NEW = "a-new-fake-secret"


def add(client: Client, query: str, **typed: str) -> str:
    response = client.post(f"{reverse(ADD)}?{query}", {"name": "live", **typed}, follow=True)
    return str(response.content.decode())


def secrets(row: Connection) -> list[str]:
    row.refresh_from_db()
    return secrets_of(row, now=timezone.now())


def test_offers_shops_on_file_and_every_kind_that_sends_notifications(support: Client) -> None:
    shop = factories.store(name="our-gumroad", kind="gumroad", title="Our own shop")

    text = support.get(reverse(ADD)).content.decode()

    assert f'<a href="?store={shop.pk}">Our own shop</a>' in text
    assert [kind for kind, each in KINDS.items() if each.notifies != (f'href="?kind={kind}"' in text)] == []


def test_connects_a_new_shop_and_shows_its_address_and_steps(support: Client) -> None:
    text = add(
        support, "kind=fastspring", store_name="ours", store_title="Our shop", secret=SECRET, test="on"
    )

    made = Connection.objects.get()
    assert (made.store.name, made.store.kind, made.name, made.test) == ("ours", "fastspring", "live", True)
    assert secrets(made) == [SECRET]
    assert text.count(f'value="{address_of(made)}"') == 1
    assert f'<code class="address">{address_of(made)}</code>' in text
    assert "Connected." in text
    assert "{url}" not in text


def test_connects_a_shop_that_is_on_file(support: Client) -> None:
    shop = factories.store(name="ours", kind="fastspring")

    add(support, f"store={shop.pk}", api_key="user:fake")

    made = Connection.objects.get()
    assert (made.store, api_key_of(made)) == (shop, "user:fake")
    assert Store.objects.count() == 1


def test_asks_only_for_what_the_kind_of_shop_has(support: Client) -> None:
    signed = support.get(reverse(ADD) + "?kind=fastspring").content.decode()
    unsigned = support.get(reverse(ADD) + "?kind=gumroad").content.decode()

    assert (KINDS["fastspring"].secret_name in signed, 'name="secret"' in signed) == (True, True)
    assert 'name="secret"' not in unsigned
    assert ['name="api_key"' in text for text in (signed, unsigned)] == [
        bool(KINDS[kind].api_host) for kind in ("fastspring", "gumroad")
    ]


@pytest.mark.parametrize("query", ["kind=nonsense", "store=nonsense", "kind=%00", "store=%00"])
def test_a_kind_that_is_none_leads_back_to_the_choice(query: str, support: Client) -> None:
    assert "Which shop sends" in support.get(f"{reverse(ADD)}?{query}").content.decode()


def test_refuses_a_second_shop_of_that_name_and_shows_no_secret_again(support: Client) -> None:
    factories.store(name="ours")

    text = add(support, "kind=fastspring", store_name="ours", store_title="Ours", secret=NEW)

    assert "There is a shop of that name already" in text
    assert NEW not in text
    assert not Connection.objects.exists()


def test_says_that_everything_is_refused_while_there_is_no_secret(support: Client) -> None:
    made = connection(secret="")

    before = text_of(support, made)
    deed(support, made, "secret", secret=SECRET)
    after = text_of(support, made)

    assert ("Everything that comes in is refused" in before, "Everything that comes in" in after) == (
        True,
        False,
    )
    assert secrets(made) == [SECRET]


def test_a_changed_secret_leaves_the_former_valid_as_long_as_is_said(support: Client) -> None:
    made = connection()

    answer = deed(support, made, "secret", secret=NEW, keep="48")

    assert secrets(made) == [NEW, SECRET]
    assert made.former_until is not None
    assert made.former_until - timezone.now() > timedelta(hours=47)
    assert NEW not in answer.content.decode()


def test_the_former_secret_can_be_ended_at_once(support: Client) -> None:
    made = connection()
    deed(support, made, "secret", secret=NEW, keep="48")

    deed(support, made, "end-former")

    assert secrets(made) == [NEW]


def test_a_secret_that_cannot_be_one_is_refused_and_not_shown_again(support: Client) -> None:
    made = connection()

    answer = deed(support, made, "secret", secret="x" * 5_000, keep="48")

    assert answer.status_code == 422
    assert "xxxxx" not in answer.content.decode()
    assert secrets(made) == [SECRET]


def test_an_api_key_is_set_and_taken_away(support: Client) -> None:
    made = connection()

    deed(support, made, "api-key", api_key="user:fake")
    made.refresh_from_db()
    assert api_key_of(made) == "user:fake"

    deed(support, made, "api-key", api_key="")
    made.refresh_from_db()
    assert api_key_of(made) == ""


def test_who_may_ask_for_keys_is_kept_in_plain_networks(support: Client) -> None:
    made = connection(kind="shareit", secret="")

    deed(support, made, "limits", allowed_networks=" 192.0.2.7/24 \n\n2001:db8::1", keys_per_day="7")

    made.refresh_from_db()
    assert (made.allowed_networks, made.keys_per_day) == ("192.0.2.0/24\n2001:db8::1/128", 7)


@pytest.mark.parametrize("line", ["0.0.0.0/0", "::/0", "nonsense", "192.0.2.0/99"])
def test_everybody_and_nonsense_may_not_ask_for_keys(line: str, support: Client) -> None:
    made = connection(kind="shareit", secret="")

    answer = deed(support, made, "limits", allowed_networks=line, keys_per_day="7")

    made.refresh_from_db()
    assert (answer.status_code, made.allowed_networks) == (422, "")
    assert line in answer.content.decode()  # what was typed stays


def test_a_new_address_stops_the_old_one(support: Client) -> None:
    made = connection()
    old = address_of(made)

    deed(support, made, "address")

    made.refresh_from_db()
    assert address_of(made) != old
    assert by_address(old.split("/")[-2]) is None
    assert address_of(made) in text_of(support, made)


def test_is_paused_and_activated(support: Client) -> None:
    made = connection()

    deed(support, made, "pause")
    made.refresh_from_db()
    assert made.active is False

    deed(support, made, "activate")
    made.refresh_from_db()
    assert made.active is True


def test_name_and_test_mode_can_be_changed(support: Client) -> None:
    made = connection()

    deed(support, made, "settings", name="second", test="on")

    made.refresh_from_db()
    assert (made.name, made.test) == ("second", True)


def test_what_a_connection_has_no_use_for_cannot_be_done(support: Client) -> None:
    made = connection()

    assert "not possible" in said(deed(support, made, "activate"))
    assert "not possible" in said(deed(support, made, "nonsense"))
    assert "not possible" in said(deed(support, made, "limits", allowed_networks="0.0.0.0/0"))


def test_the_test_button_says_what_came_of_the_sample(support: Client) -> None:
    made = connection()

    words = said(deed(support, made, "try"))

    (told,) = HookEvent.objects.all()
    assert (told.state, told.test) == (EventState.DONE, True)
    assert "It is on file: a test order" in words
    assert "No mapping says what" in words
    assert page_of(told) in words


def test_a_sample_is_a_test_every_time_and_never_an_order(support: Client) -> None:
    made = connection()
    for _ in range(2):
        deed(support, made, "try")

    made.refresh_from_db()
    assert HookEvent.objects.filter(test=True).count() == 2
    assert {purchase.test for purchase in Purchase.objects.all()} == {True}
    assert not License.objects.exists()
    assert (made.heard_at, made.refusals) == (None, 0)


def test_the_test_button_is_there_only_when_it_can_work(support: Client) -> None:
    without_secret, paused = connection(secret=""), connection(name="paused")
    deed(support, paused, "pause")

    assert "not possible" in said(deed(support, without_secret, "try"))
    assert "not possible" in said(deed(support, paused, "try"))
    assert not HookEvent.objects.exists()


def test_a_sample_that_nobody_signs_says_that_it_waits_for_confirmation(support: Client) -> None:
    made = connection(kind="gumroad", secret="")

    assert "Nothing happens until it is confirmed" in said(deed(support, made, "try"))


def test_counts_what_came_in_lately_and_never_more(support: Client) -> None:
    made = connection()
    event(made, state=EventState.DONE, event_id="a")
    event(made, event_id="b")

    with CaptureQueriesContext(database) as queries:
        text = text_of(support, made)

    assert "1 on file" in text
    assert "1 not understood" in text
    on_events = [each["sql"] for each in queries if 'FROM "licensing_hookevent"' in each["sql"]]
    assert on_events
    assert [sql for sql in on_events if f"LIMIT {AT_MOST}" not in sql] == []


def test_says_when_it_was_last_heard(support: Client) -> None:
    made = connection()
    assert ">never<" in text_of(support, made)

    Connection.objects.update(heard_at=timezone.now() - timedelta(minutes=3, seconds=5))

    assert "3 minutes ago" in text_of(support, made)


def test_the_first_page_tells_of_silence_and_leads_there(support: Client) -> None:
    connection(name="never heard")
    silent, paused, alive = connection(name="silent"), connection(name="paused"), connection(name="alive")
    for row, days in ((silent, 8), (paused, 8), (alive, 6)):
        Connection.objects.filter(pk=row.pk).update(heard_at=timezone.now() - timedelta(days=days))
    Connection.objects.filter(pk=paused.pk).update(active=False)

    text = support.get(reverse("console:index")).content.decode()
    listed = support.get(
        reverse("console:licensing_connection_changelist") + "?heard=silent"
    ).content.decode()

    assert "<strong>1</strong> <span>shop not heard from for a week</span>" in text
    assert "?heard=silent" in text
    assert [page_of(row) in listed for row in (silent, paused, alive)] == [True, False, False]


def test_only_who_may_change_it_sees_the_whole_address(client: Client) -> None:
    made = connection()

    text = text_of(signed_in(client, "view_connection"), made)

    assert address_of(made) not in text
    assert "data-copies" not in text
    assert "Change the" not in text


@pytest.mark.parametrize(
    "name", ["try", "secret", "end-former", "api-key", "limits", "settings", "address", "pause", "activate"]
)
def test_refuses_every_button_to_who_may_only_look(name: str, client: Client) -> None:
    made = connection()
    before = Connection.objects.values().get()

    answer = deed(signed_in(client, "view_connection", "add_connection"), made, name, secret=NEW, keep="0")

    assert answer.status_code == 403
    assert Connection.objects.values().get() == before
    assert not HookEvent.objects.exists()


def test_refuses_to_connect_without_the_right_to(client: Client) -> None:
    shop = factories.store(name="ours", kind="fastspring")
    signed_in(client, "view_connection", "change_connection")

    assert client.get(reverse(ADD)).status_code == 403
    assert client.post(f"{reverse(ADD)}?store={shop.pk}", {"name": "live"}).status_code == 403
    assert not Connection.objects.exists()


def test_a_new_store_needs_the_right_to_make_stores(client: Client) -> None:
    signed_in(client, "add_connection", "view_connection")

    assert "?kind=" not in client.get(reverse(ADD)).content.decode()
    assert client.post(f"{reverse(ADD)}?kind=fastspring", {"name": "live"}).status_code == 403


def test_buttons_are_posts_only(support: Client) -> None:
    made = connection()

    assert (
        support.get(reverse("console:licensing_connection_act", args=[made.pk, "pause"])).status_code == 405
    )


def test_names_are_shown_as_text(support: Client) -> None:
    made = connection(name="<script>alert(1)</script>")
    shop = made.store
    shop.title = "<img src=x>"
    shop.save()

    for text in (text_of(support, made), support.get(reverse(ADD)).content.decode()):
        assert "<script>alert" not in text
        assert "<img src=x>" not in text


def test_a_long_time_is_said_in_whole_units() -> None:
    assert ago(NOW - timedelta(seconds=20), now=NOW) == "just now"
    assert ago(NOW - timedelta(days=15), now=NOW) == "2 weeks ago"


def test_a_secret_that_only_checks_is_not_held_against_the_shop(support: Client) -> None:
    made = connection(secret="")

    with pytest.raises(CannotBeSigned):
        try_sample(made, now=timezone.now())

    made.refresh_from_db()
    assert (made.refusals, HookEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize("kind", sorted(kind for kind, shop in KINDS.items() if shop.sample))
def test_every_kind_of_shop_has_a_sample_that_its_button_can_send(kind: str, support: Client) -> None:
    made = connection(kind=kind)

    answer = deed(support, made, "try")

    states = set(HookEvent.objects.values_list("state", "test"))
    assert bool(states) != ("could not be signed" in said(answer))
    assert {test for _, test in states} <= {True}
    assert not Purchase.objects.filter(test=False).exists()
    assert said(answer)
