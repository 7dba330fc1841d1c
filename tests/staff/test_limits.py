"""Guessing is bounded in the database; a stranger who guesses locks nobody out for long."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.utils import timezone
from time_machine import travel

from config.staff import limits
from tests.staff.people import SECOND_STEP, SIGN_IN, Person, person, wrong_code

TOO_MANY = "Too many tries"


def guess(client: Client, *, name: str = "grace", password: str = "wrong", ip: str = "203.0.113.7") -> str:
    form = {"login": name, "password": password}
    return str(client.post(SIGN_IN, form, REMOTE_ADDR=ip).content.decode())


@pytest.fixture
def stranger() -> Client:
    return Client()


def test_six_wrong_passwords_from_one_place_are_one_too_many(grace: Person, stranger: Client) -> None:
    answers = [guess(stranger) for _ in range(6)]

    assert [TOO_MANY in each for each in answers] == [False] * 5 + [True]
    assert TOO_MANY in guess(stranger, password="several plain words here")


def test_unknown_names_are_counted_alike(grace: Person, stranger: Client) -> None:
    answers = [guess(stranger, name="nobody") for _ in range(6)]

    assert [TOO_MANY in each for each in answers] == [False] * 5 + [True]


def test_other_spellings_of_a_name_are_no_further_tries(grace: Person, stranger: Client) -> None:
    for name in ("grace", "GRACE", "Grace", " grace", "gRace"):
        guess(stranger, name=name)

    assert TOO_MANY in guess(stranger, name="graCe")


def test_is_over_after_a_quarter_of_an_hour(grace: Person, stranger: Client) -> None:
    for _ in range(6):
        guess(stranger)

    with travel(timezone.now() + timedelta(minutes=16, seconds=1)):
        assert TOO_MANY not in guess(stranger)


def test_a_stranger_elsewhere_does_not_lock_the_owner_out(grace: Person, stranger: Client) -> None:
    """Not even with hundreds of networks: where the owner signed in before, only their own tries count."""
    grace.sign_in()
    for network in range(40):
        guess(stranger, ip=f"198.51.{network}.1")
    assert TOO_MANY in guess(stranger, ip="198.51.200.1", password="several plain words here")

    assert grace.elsewhere().sign_in().is_in()


def test_right_passwords_use_nothing_up(grace: Person) -> None:
    for _ in range(8):
        again = grace.elsewhere()
        again.sign_in()

    assert again.is_in()


def test_right_passwords_of_ones_own_do_not_wash_away_wrong_ones_of_others(
    grace: Person, stranger: Client
) -> None:
    mallory = person("mallory")
    for _ in range(6):
        guess(stranger)
        mallory.elsewhere().client.post(
            SIGN_IN,
            {"login": "mallory", "password": "several plain words here"},
            REMOTE_ADDR="203.0.113.7",
        )

    assert TOO_MANY in guess(stranger)


def test_one_network_cannot_go_through_all_names(db: None, stranger: Client) -> None:
    answers = [guess(stranger, name=f"name{number}") for number in range(61)]

    assert TOO_MANY in answers[-1]
    assert TOO_MANY not in answers[-2]


def test_a_forged_forwarding_header_is_no_other_network(
    grace: Person, stranger: Client, settings: LazySettings
) -> None:
    for proxies in (0, 1):
        settings.TRUSTED_PROXIES = proxies
        for number in range(7):
            forged = f"198.18.{number}.1, 203.0.113.{9 + proxies}"
            answer = stranger.post(
                SIGN_IN, {"login": f"grace{proxies}", "password": "x"}, headers={"x-forwarded-for": forged}
            )
        assert TOO_MANY in answer.content.decode()


def test_six_wrong_codes_are_one_too_many_and_a_recovery_code_still_opens(grace: Person) -> None:
    spare = grace.recovery_codes()[0]
    grace.type_password()
    answers = [grace.type_code(wrong_code()).content.decode() for _ in range(6)]
    assert [TOO_MANY in each for each in answers] == [False] * 5 + [True]
    assert TOO_MANY in grace.type_code().content.decode()

    assert grace.type_code(spare)["Location"] == "/console/"


def test_beginning_again_gives_no_further_codes(grace: Person) -> None:
    for _ in range(5):
        grace.client.post("/console/logout/")
        grace.type_password()
        grace.type_code(wrong_code())

    grace.client.post("/console/logout/")
    grace.type_password()
    assert TOO_MANY in grace.type_code().content.decode()


def test_codes_are_bounded_over_all_networks(grace: Person) -> None:
    grace.type_password()
    for number in range(20):
        grace.client.post(SECOND_STEP, {"code": wrong_code()}, REMOTE_ADDR=f"198.51.{number}.1")

    answer = grace.client.post(SECOND_STEP, {"code": grace.code()}, REMOTE_ADDR="198.51.99.1")
    assert TOO_MANY in answer.content.decode()


def test_recovery_codes_are_bounded(grace: Person) -> None:
    spare = grace.recovery_codes()[0]
    grace.type_password()
    for number in range(10):
        grace.type_code(f"{number:012}")

    assert TOO_MANY in grace.type_code(spare).content.decode()


@pytest.mark.django_db(transaction=True)
def test_fifty_guesses_at_once_are_five() -> None:
    """Counted before they are looked at: no gap between looking and counting to slip through."""
    now, ready = timezone.now(), Barrier(50)
    uses = limits.of_password("grace", ip="203.0.113.7", now=now)

    def one(_: int) -> bool:
        ready.wait()
        try:
            return limits.taken(uses, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(one, range(50))) == 5


@pytest.mark.django_db(transaction=True)
def test_one_code_in_twenty_browsers_at_once_opens_one() -> None:
    grace = person()
    code, ready = grace.code(), Barrier(20)
    browsers = [grace.elsewhere() for _ in range(20)]
    for browser in browsers:
        assert browser.type_password()["Location"] == SECOND_STEP

    def one(browser: Person) -> bool:
        ready.wait()
        try:
            return bool(browser.type_code(code).status_code == 302)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(one, browsers)) == 1
