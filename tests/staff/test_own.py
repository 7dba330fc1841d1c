"""What everybody does for themselves: factors, recovery codes, sessions, password."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.utils import timezone
from time_machine import travel

from config.staff.models import SignIn
from config.staff.sessions import device_of
from tests.staff.people import PASSWORD, SECRET, Person, code_at, person, secret_on, with_session

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
YOU, APP, CODES = "/console/you/", "/console/you/app/", "/console/you/recovery-codes/"
OTHER_PASSWORD = "quite another four words"


def set_up(new: Person) -> None:
    """The app reads the secret and shows a code."""
    secret = secret_on(new.client.get(APP))
    answer = new.client.post(APP, {"code": code_at(timezone.now(), secret=secret)})
    assert answer["Location"] == CODES


@pytest.mark.django_db(transaction=True)
def test_setting_up_an_app_opens_the_console_and_shows_ten_recovery_codes() -> None:
    new = person("new", with_app=False)
    new.type_password()

    set_up(new)

    shown = new.client.get(CODES).content.decode()
    assert shown.count("<li><code>") == 10
    assert new.is_in()


@pytest.mark.django_db(transaction=True)
def test_recovery_codes_are_shown_until_somebody_says_that_they_have_them() -> None:
    new = person("new", with_app=False)
    new.type_password()
    set_up(new)
    saved = new.client.get(f"{CODES}download/")
    assert saved["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert len(saved.content.split(b"\n")) == 11

    new.client.post(CODES)

    assert "<code>" not in new.client.get(CODES).content.decode()
    assert new.client.get(f"{CODES}download/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_recovery_codes_are_not_shown_after_ten_minutes() -> None:
    new = person("new", with_app=False)
    new.type_password()
    set_up(new)

    with travel(timezone.now() + timedelta(minutes=11)):
        assert "<code>" not in new.client.get(CODES).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_code_that_set_the_app_up_does_not_sign_in() -> None:
    new = person("new", with_app=False)
    new.type_password()
    secret = secret_on(new.client.get(APP))
    code = code_at(timezone.now(), secret=secret)
    new.client.post(APP, {"code": code})
    again = new.elsewhere()
    again.type_password()

    again.type_code(code)

    assert not again.is_in()


def test_a_wrong_first_code_sets_nothing_up(db: None) -> None:
    new = person("new", with_app=False)
    new.type_password()
    new.client.get(APP)

    answer = new.client.post(APP, {"code": "123"})

    assert "That is not the code" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_new_recovery_codes_make_the_old_ones_worthless(grace: Person) -> None:
    old = grace.recovery_codes()[0]
    grace.sign_in()
    grace.client.post(f"{CODES}new/")
    assert grace.client.get(CODES).content.decode().count("<li><code>") == 10

    other = grace.elsewhere()
    other.type_password()
    other.type_code(old)

    assert not other.is_in()


def test_the_only_factor_cannot_be_taken_away(grace: Person) -> None:
    grace.sign_in()

    answer = grace.client.post(f"{APP}remove/")

    assert "only second factor" in answer.content.decode()
    assert Authenticator.objects.filter(user=grace.user, type="totp").exists()


def test_nor_the_only_passkey(grace: Person) -> None:
    grace.sign_in()
    Authenticator.objects.filter(type="totp").delete()
    passkey = WebAuthn.add(grace.user, "Phone", {}).instance

    grace.client.post(f"{YOU}passkeys/{passkey.pk}/remove/")

    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_nobody_takes_away_somebody_elses(grace: Person) -> None:
    other = person("other")
    passkey = WebAuthn.add(other.user, "Phone", {}).instance
    WebAuthn.add(other.user, "Laptop", {})
    grace.sign_in()

    assert grace.client.post(f"{YOU}passkeys/{passkey.pk}/remove/").status_code == 404
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_taking_a_factor_away_ends_all_other_sessions(grace: Person) -> None:
    elsewhere = grace.elsewhere().sign_in()
    grace.sign_in()
    WebAuthn.add(grace.user, "Phone", {})

    grace.client.post(f"{APP}remove/")

    assert not elsewhere.is_in()
    assert grace.is_in()


def test_a_new_password_ends_all_other_sessions(grace: Person) -> None:
    elsewhere = grace.elsewhere().sign_in()
    grace.sign_in()
    before = grace.session_key
    form = {"old_password": PASSWORD, "new_password1": OTHER_PASSWORD, "new_password2": OTHER_PASSWORD}

    grace.client.post("/console/password_change/", form)

    assert not elsewhere.is_in()
    assert grace.is_in()
    assert with_session(before).get("/console/").status_code == 302
    assert [each.session_key for each in SignIn.objects.filter(ended_at=None)] == [grace.session_key]


def test_lists_where_one_is_signed_in(grace: Person) -> None:
    other = grace.elsewhere()
    other.client = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.77")
    other.sign_in()
    grace.sign_in()

    text = grace.client.get(YOU).content.decode()

    assert "Firefox on Windows" in text
    assert "203.0.113.0/24" in text
    assert "203.0.113.77" not in text
    assert text.count("this one") == 1


def test_ends_one_session_of_ones_own_elsewhere(grace: Person) -> None:
    other = grace.elsewhere().sign_in()
    grace.sign_in()

    grace.client.post(f"{YOU}sessions/{SignIn.objects.get(session_key=other.session_key).pk}/end/")

    assert not other.is_in()
    assert grace.is_in()


def test_ends_no_session_of_somebody_else(grace: Person) -> None:
    other = person("other").sign_in()
    grace.sign_in()

    grace.client.post(f"{YOU}sessions/{SignIn.objects.get(session_key=other.session_key).pk}/end/")

    assert other.is_in()


def test_signs_out_everywhere_else(grace: Person) -> None:
    others = [grace.elsewhere().sign_in() for _ in range(2)]
    grace.sign_in()

    grace.client.post(f"{YOU}sessions/end-others/")

    assert [other.is_in() for other in others] == [False, False]
    assert grace.is_in()


def test_a_click_under_way_does_not_bring_an_ended_session_back(grace: Person) -> None:
    grace.sign_in()
    session = grace.client.session
    session["something"] = "new"
    SignIn.objects.all().delete()
    type(session)().delete(session.session_key)

    with pytest.raises(UpdateError):
        session.save()


def test_secrets_of_factors_are_sealed_in_the_database(grace: Person) -> None:
    codes = grace.recovery_codes()
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = str(cursor.fetchall())

    assert SECRET not in stored
    assert not [code for code in codes if code in stored]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (FIREFOX, "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Linux"),
        ("<script>alert(1)</script>", "an unknown browser"),
        ("", "an unknown browser"),
    ],
    ids=["firefox", "safari", "edge", "script", "nothing"],
)
def test_says_which_device_in_a_persons_words(said: str, shown: str) -> None:
    assert device_of(said) == shown
