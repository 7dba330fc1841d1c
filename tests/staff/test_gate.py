"""Every address of the console, for everybody who is not wholly in; and how long being in lasts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone
from time_machine import travel

from config.redaction import redact_text
from config.staff.gate import FOR_ANYBODY, FOR_PROVING, FOR_SETTING_UP
from config.staff.models import SignIn
from tests.staff.people import Person, add_app, person

SAMPLES = {"int": "1", "uuid": "00000000-0000-0000-0000-000000000001"}


def every_address(resolver: URLResolver | None = None, before: str = "/") -> Iterator[str]:
    """Of all pages of the console, with something in place of what varies."""
    for each in (resolver or get_resolver()).url_patterns:
        address = before + sample_of(each)
        if isinstance(each, URLResolver):
            yield from every_address(each, address)
        elif address.startswith("/console/"):
            yield address


def sample_of(pattern: URLPattern | URLResolver) -> str:
    text = str(pattern.pattern)
    if hasattr(pattern.pattern, "_route"):
        for name, converter in pattern.pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower()
            text = text.replace(f"<{kind}:{name}>", SAMPLES.get(kind, "x")).replace(f"<{name}>", "x")
        return text
    return regular_sample(text)


def regular_sample(text: str) -> str:
    known = {
        r"^people/(?P<pk>[0-9]+)/(?P<deed>renew|enable|disable|end-sessions|role)/$": "people/1/renew/",
        r"(?P<url>.*)$": "nowhere",
    }
    return known.get(text) or next(
        (f"{text.removeprefix('^(?P<app_label>').split('|')[0].split(')')[0]}/" for _ in "x"), ""
    )


def reached_by(client: Client) -> dict[str, int]:
    """What answered anything but the way out, by GET and by POST; without the pages that are anybody's."""
    reached = {}
    for address in sorted(set(every_address())):
        name = resolve(address).view_name
        if name in FOR_ANYBODY:  # signing out among them, which would spoil the rest of the walk
            continue
        for method in (client.get, client.post):
            answer = method(address)
            if not (answer.status_code == 302 and answer["Location"].startswith(WAYS_OUT)):
                reached[name] = answer.status_code
    return reached


WAYS_OUT = ("/console/login/?next=", "/console/you/?next=", "/console/prove/?next=")


def test_the_walk_finds_the_console() -> None:
    found = set(every_address())

    assert len(found) > 150
    assert {"/console/", "/console/licensing/customer/", "/console/people/1/renew/"} <= found
    assert "/console/licensing/customer/everything/" in found


def test_a_stranger_reaches_nothing_but_the_sign_in(client: Client, db: None) -> None:
    assert reached_by(client) == {}


def test_a_password_alone_reaches_nothing_but_the_sign_in(grace: Person) -> None:
    grace.type_password()

    assert reached_by(grace.client) == {}


def test_an_account_without_a_factor_reaches_nothing_but_the_setting_up(db: None) -> None:
    new = person("new", with_app=False)
    assert new.type_password()["Location"] == "/console/"
    assert new.client.get("/console/")["Location"] == "/console/you/?next=/console/"

    assert set(reached_by(new.client)) == FOR_SETTING_UP


def test_a_session_from_before_there_was_a_factor_must_show_it(grace: Person) -> None:
    before = person("before", with_app=False)
    before.type_password()
    add_app(before.user)

    assert before.client.get("/console/you/app/")["Location"].startswith("/console/prove/")
    assert set(reached_by(before.client)) == FOR_PROVING


@pytest.mark.parametrize("kind", ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_no_other_method_is_a_way_round(kind: str, client: Client, db: None) -> None:
    assert client.generic(kind, "/console/licensing/customer/").status_code == 302


def test_the_demo_opens_with_its_password(settings: LazySettings, db: None) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    support = person("support", with_app=False)

    support.type_password()

    assert support.is_in()
    assert support.client.get("/console/licensing/customer/everything/").status_code == 200


def test_ends_after_half_an_hour_without_a_click(grace: Person) -> None:
    grace.sign_in()
    now = timezone.now()
    with travel(now + timedelta(minutes=29), tick=False):
        assert grace.is_in()
    with travel(now + timedelta(minutes=58), tick=False):
        assert grace.is_in()
    with travel(now + timedelta(minutes=89), tick=False):
        assert not grace.is_in()

    assert SignIn.objects.get().ended_at


def test_ends_after_twelve_hours_whatever_is_clicked(grace: Person) -> None:
    grace.sign_in()
    now = timezone.now()
    for minutes in range(20, 12 * 60, 20):
        with travel(now + timedelta(minutes=minutes), tick=False):
            assert grace.is_in()

    with travel(now + timedelta(hours=12, seconds=1), tick=False):
        assert not grace.is_in()


def test_an_export_asks_for_the_factor_again_after_five_minutes(grace: Person) -> None:
    grace.sign_in()
    page = "/console/licensing/customer/everything/"
    assert grace.client.get(page).status_code == 200

    with travel(timezone.now() + timedelta(minutes=6)):
        asked = grace.client.get(page)
        assert asked["Location"] == f"/console/prove/?next={page}"
        assert grace.client.post(f"{page}csv/")["Location"].startswith("/console/prove/")
        assert grace.is_in()

        proved = grace.client.post("/console/prove/", {"code": grace.code(), "next": page})
        assert proved["Location"] == page
        assert grace.client.get(page).status_code == 200


def test_whose_rights_were_taken_is_led_to_the_sign_in_and_not_in_circles(grace: Person) -> None:
    grace.sign_in()
    User.objects.update(is_staff=False)

    answer = grace.client.get("/console/", follow=True)

    assert [way for way, _status in answer.redirect_chain] == ["/console/login/?next=/console/"]
    assert answer.status_code == 200


def test_says_so_when_the_database_is_away(grace: Person) -> None:
    grace.sign_in()

    def fail(*_: object) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(fail):
        assert grace.client.get("/console/licensing/customer/").status_code == 503


def test_the_secret_of_an_invitation_is_not_logged() -> None:
    path = "/console/invitation/x7Hq-2_kkN0uVwYt3b5Zp8sJ1cR4dE6fG9aLmQoTiU0/"

    assert redact_text(f"GET {path} failed") == "GET /console/invitation/[token]/ failed"


def test_a_password_is_no_proof(grace: Person) -> None:
    grace.sign_in()
    with travel(timezone.now() + timedelta(minutes=6)):
        grace.client.post("/console/prove/", {"code": "several plain words here"})

        assert grace.client.get("/console/people/add/").status_code in (302, 405)
        assert grace.client.get("/console/licensing/customer/everything/").status_code == 302


def test_a_form_comes_back_to_the_page_it_was_on(grace: Person) -> None:
    grace.sign_in()
    with travel(timezone.now() + timedelta(minutes=6)):
        ours = grace.client.post(
            "/console/you/recovery-codes/new/", headers={"referer": "http://testserver/console/you/"}
        )
        theirs = grace.client.post(
            "/console/you/recovery-codes/new/", headers={"referer": "https://evil.example/x"}
        )

    assert ours["Location"] == "/console/prove/?next=/console/you/"
    back = grace.client.get(theirs["Location"]).content.decode()
    assert 'name="next" value="/console/"' in back
