"""A password and a second factor, and nothing on the way there or around it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.staff.models import SignIn, TotpStep
from tests.staff.people import SECOND_STEP, SIGN_IN, Person, code_at, person, with_session, wrong_code


def test_lets_in_by_password_and_code(grace: Person) -> None:
    half = grace.type_password()
    assert half["Location"] == SECOND_STEP
    assert not grace.is_in()

    assert grace.type_code()["Location"] == "/console/"
    assert grace.is_in()


def test_goes_where_somebody_wanted_to_go(grace: Person) -> None:
    wanted = grace.client.get("/console/licensing/customer/?q=ada")
    assert wanted["Location"] == f"{SIGN_IN}?next=/console/licensing/customer/%3Fq%3Dada"

    grace.type_password(next="/console/licensing/customer/?q=ada")

    assert grace.type_code()["Location"] == "/console/licensing/customer/?q=ada"


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "/\\evil.example", "https://evil.example", "http:///evil.example", "javascript:1"],
)
def test_leads_to_no_other_site(elsewhere: str, grace: Person) -> None:
    grace.type_password(next=elsewhere)
    assert grace.type_code()["Location"] == "/console/"

    TotpStep.objects.all().delete()
    proof = grace.client.post("/console/prove/", {"code": grace.code(), "next": elsewhere})
    assert proof["Location"] == "/console/"


def test_a_code_is_good_once(grace: Person) -> None:
    code = code_at(timezone.now())
    grace.type_password()
    grace.type_code(code)
    other = grace.elsewhere()
    other.type_password()

    answer = other.type_code(code)

    assert "was used already" in answer.content.decode()
    assert not other.is_in()


def test_an_earlier_code_is_worth_nothing_after_a_later_one(grace: Person) -> None:
    now = timezone.now()
    grace.type_password()
    grace.type_code(code_at(now + timedelta(seconds=30)))
    other = grace.elsewhere()
    other.type_password()

    assert other.type_code(code_at(now)).status_code == 200
    assert not other.is_in()


def test_a_code_of_long_ago_is_refused(grace: Person) -> None:
    grace.type_password()

    grace.type_code(code_at(timezone.now() - timedelta(minutes=2)))

    assert not grace.is_in()


def test_a_recovery_code_is_good_once(grace: Person) -> None:
    first, *others = grace.recovery_codes()
    grace.type_password()
    assert grace.type_code(f"{first[:4]} {first[4:8]} {first[8:]}")["Location"] == "/console/"
    other = grace.elsewhere()
    other.type_password()

    other.type_code(first)

    assert not other.is_in()
    assert grace.recovery_codes() == others
    assert "9 left of 10" in grace.client.get("/console/you/").content.decode()


def test_unknown_names_and_wrong_passwords_are_answered_alike(grace: Person) -> None:
    wrong = grace.type_password("another password altogether")
    unknown = Client().post(SIGN_IN, {"login": "nobody", "password": "another password altogether"})
    closed = person("closed")
    closed.user.is_active = False
    closed.user.save()

    answers = [without_token(each) for each in (wrong, unknown, closed.type_password())]

    assert (
        answers[0].replace("grace", "")
        == answers[1].replace("nobody", "")
        == answers[2].replace("closed", "")
    )
    assert "Name and password do not belong together" in answers[0]


def without_token(page: object) -> str:
    text: str = page.content.decode()  # type: ignore[attr-defined]  # Django's test response
    return "\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)


def test_the_session_gets_a_new_key_at_each_step(grace: Person) -> None:
    """A key that somebody slipped into this browser is worth nothing afterwards."""
    grace.client.get(SIGN_IN)
    grace.client.session.save()
    planted = grace.client.session.session_key
    grace.type_password()
    half = grace.client.session.session_key
    grace.type_code()

    whole = grace.client.session.session_key
    assert len({planted, half, whole}) == 3
    for key in (planted, half):
        assert with_session(str(key)).get("/console/").status_code == 302
    assert with_session(str(whole)).get("/console/").status_code == 200


def test_a_form_of_another_site_signs_nobody_in(grace: Person) -> None:
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(SIGN_IN, {"login": "grace", "password": "several plain words here"})

    assert answer.status_code == 403
    for page in (reverse("account_logout"), reverse("staff_prove"), reverse("staff_welcome"), SECOND_STEP):
        assert strict.post(page, {}).status_code == 403


def test_half_a_sign_in_is_given_up_by_beginning_again(grace: Person) -> None:
    grace.type_password()
    grace.client.post("/console/logout/")

    grace.type_code()

    assert not grace.is_in()


def test_signing_out_ends_the_session_in_the_database(grace: Person) -> None:
    grace.sign_in()
    copied = with_session(grace.session_key)
    assert copied.get("/console/").status_code == 200

    assert grace.client.get("/console/logout/").status_code == 405
    grace.client.post("/console/logout/")

    assert copied.get("/console/").status_code == 302
    assert SignIn.objects.get().ended_at


def test_whoever_is_not_staff_is_nobody(grace: Person) -> None:
    grace.user.is_staff = False
    grace.user.save()

    assert "do not belong together" in grace.type_password().content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "login/code/",
        "login/code/confirm/",
        "password/reset/",
        "password/change/",
        "email/",
        "confirm-email/",
        "inactive/",
        "reauthenticate/",
        "2fa/",
        "social/signup/",
    ],
)
def test_what_else_allauth_could_do_is_not_there(path: str, client: Client) -> None:
    for root in ("/accounts/", "/console/", "/"):
        assert client.get(root + path).status_code in (404, 302)
        assert client.post(root + path).status_code in (404, 302, 405)
        assert "signup" not in client.get(root + path).get("Location", "").partition("?")[0]


def test_a_wrong_code_says_nothing_about_what_was_wrong(grace: Person) -> None:
    grace.type_password()

    answers = {without_token(grace.type_code(code)) for code in (wrong_code(), "123456789012", "letters")}

    assert len({text.count("That code is not right") for text in answers}) == 1


NONSENSE = [
    "",
    "[]",
    "1",
    "null",
    '"x"',
    "{}",
    '{"response": 1}',
    '{"id": [], "response": {"userHandle": 5}}',
    "{",
]


@pytest.mark.parametrize("sent", NONSENSE, ids=[str(number) for number in range(len(NONSENSE))])
def test_what_is_no_passkey_is_refused_and_breaks_nothing(sent: str, grace: Person) -> None:
    alone = Client()
    alone.get("/console/login/passkey/", headers={"accept": "application/json"})
    assert alone.post("/console/login/passkey/", {"credential": sent})["Location"] == SIGN_IN

    grace.type_password()
    assert grace.client.post(SECOND_STEP, {"credential": sent}).status_code == 200
    grace.type_code()
    assert grace.client.post("/console/prove/", {"credential": sent}).status_code == 200
    assert (
        grace.client.post("/console/you/passkeys/add/", {"credential": sent, "name": "x"}).status_code == 200
    )
