"""Accounts: made by invitation, begun anew, closed; by the command and in the console."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from config.staff.invitations import NotOpen, accept, digest_of
from config.staff.models import Invitation
from config.staff.roles import Role, make_roles
from tests.staff.people import PASSWORD, Person, person

WELCOME = "/console/invitation/"
CHOSEN = {"password1": PASSWORD, "password2": PASSWORD}


def staff(*words: str) -> str:
    said = StringIO()
    call_command("staff", *words, stdout=said)
    return said.getvalue()


def path_in(text: str) -> str:
    found = re.search(r"/console/invitation/[\w-]{43}/", text)
    assert found
    return found[0]


@pytest.fixture
def invited(db: None) -> str:
    """The path of an invitation to a new agent, `ada`."""
    make_roles()
    return path_in(staff("add", "ada", "--email", "ada@vendor.example"))


def test_an_invitation_sets_a_password_and_leads_to_the_second_factor(invited: str, client: Client) -> None:
    assert client.get(invited)["Location"] == WELCOME
    assert "ada" in client.get(WELCOME).content.decode()

    answer = client.post(WELCOME, CHOSEN)

    assert answer["Location"] == "/console/you/"
    assert client.get("/console/")["Location"] == "/console/you/?next=/console/"


def test_looking_at_the_link_does_not_use_it_up(invited: str) -> None:
    for _ in range(10):
        Client().get(invited, follow=True)

    client = Client()
    client.get(invited)
    assert client.post(WELCOME, CHOSEN).status_code == 302


def test_an_invitation_is_good_once(invited: str, client: Client) -> None:
    client.get(invited)
    client.post(WELCOME, CHOSEN)
    second = Client()
    second.get(invited)

    answer = second.post(WELCOME, {"password1": "stolen " + PASSWORD, "password2": "stolen " + PASSWORD})

    assert answer.status_code == 410
    assert User.objects.get(username="ada").check_password(PASSWORD)


def test_an_invitation_is_good_for_a_day(invited: str, client: Client) -> None:
    with travel(timezone.now() + timedelta(hours=24, seconds=1)):
        client.get(invited)

        assert client.post(WELCOME, CHOSEN).status_code == 410


def test_the_second_of_two_at_once_is_too_late(invited: str) -> None:
    digest = digest_of(invited.split("/")[-2])
    accept(digest, PASSWORD, now=timezone.now())

    with pytest.raises(NotOpen):
        accept(digest, PASSWORD, now=timezone.now())


def test_the_link_is_not_in_the_database(invited: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM staff_invitation")
        stored = str(
            [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()]
        )

    assert invited.split("/")[-2] not in stored


def test_a_weak_password_is_refused_and_the_invitation_stays_good(invited: str, client: Client) -> None:
    client.get(invited)
    assert "too short" in client.post(WELCOME, {"password1": "short", "password2": "short"}).content.decode()

    assert client.post(WELCOME, CHOSEN).status_code == 302


def test_whoever_was_signed_in_here_is_not_any_more(invited: str, grace: Person) -> None:
    grace.sign_in()
    grace.client.get(invited)

    grace.client.post(WELCOME, CHOSEN)

    assert not grace.is_in()


def test_without_an_invitation_there_is_nothing(client: Client, db: None) -> None:
    assert client.get(WELCOME).status_code == 410
    assert client.post(WELCOME, CHOSEN).status_code == 410


def test_beginning_anew_ends_sessions_factors_and_password(grace: Person) -> None:
    grace.sign_in()

    link = staff("reset", "grace")

    assert not grace.is_in()
    assert not Authenticator.objects.filter(user=grace.user).exists()
    assert "do not belong together" in grace.type_password().content.decode()
    assert grace.client.get(path_in(link))["Location"] == WELCOME


def test_a_later_invitation_takes_the_place_of_an_earlier_one(invited: str, client: Client) -> None:
    staff("reset", "ada")

    client.get(invited)

    assert client.get(WELCOME).status_code == 410


def test_a_closed_account_lets_nobody_in_and_whoever_is_in_is_out(grace: Person) -> None:
    person("other")
    grace.sign_in()

    staff("disable", "grace")

    assert not grace.is_in()
    assert "do not belong together" in grace.type_password().content.decode()
    with pytest.raises(CommandError, match="closed"):
        staff("reset", "grace")
    assert path_in(staff("enable", "grace"))


def test_closing_an_account_closes_its_invitation(invited: str, client: Client) -> None:
    staff("disable", "ada")

    client.get(invited)

    assert client.post(WELCOME, CHOSEN).status_code == 410


def test_the_last_administrator_stays(grace: Person) -> None:
    with pytest.raises(CommandError, match="last administrator"):
        staff("disable", "grace")


def test_lists_everybody(grace: Person, invited: str) -> None:
    assert staff("list").splitlines() == [
        "ada\tada@vendor.example\tagent\tinvited",
        "grace\tgrace@vendor.example\tadministrator\tsigned out",
    ]


@pytest.mark.parametrize(
    ("name", "email", "reason"),
    [
        ("grace", "g@vendor.example", "already"),
        ("GRACE", "g@vendor.example", "already"),
        ("Command", "g@vendor.example", "manage.py"),
        ("a b", "g@vendor.example", "without spaces"),
        ("ok", "no", "valid"),
    ],
    ids=["taken", "taken in capitals", "the name of commands in the trail", "bad name", "bad address"],
)
def test_refuses_a_name_or_address_that_cannot_be(name: str, email: str, reason: str, grace: Person) -> None:
    with pytest.raises(CommandError, match=reason):
        staff("add", name, "--email", email)


def test_createsuperuser_makes_nobody(db: None) -> None:
    with pytest.raises(CommandError, match="staff add"):
        call_command("createsuperuser")

    assert not User.objects.exists()


def test_an_administrator_adds_somebody_in_the_console(grace: Person) -> None:
    grace.sign_in()

    page = grace.client.post(
        "/console/people/add/", {"name": "ada", "email": "ada@vendor.example", "role": "lead"}
    )

    assert path_in(page.content.decode())
    ada = User.objects.get(username="ada")
    assert (ada.is_superuser, [group.name for group in ada.groups.all()]) == (False, ["lead"])
    assert not ada.has_usable_password()


@pytest.mark.parametrize("deed", ["renew", "disable", "end-sessions", "role"])
def test_an_administrator_ends_what_somebody_else_is_in(deed: str, grace: Person) -> None:
    ada = person("ada", role=Role.AGENT).sign_in()
    grace.sign_in()

    grace.client.post(f"/console/people/{ada.user.pk}/{deed}/", {"role": "auditor"})

    assert not ada.is_in()
    assert grace.is_in()


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.AUDITOR])
def test_nobody_else_sees_or_changes_accounts(role: Role, grace: Person) -> None:
    ada = person("ada", role=role).sign_in()

    assert ada.client.get("/console/people/").status_code == 403
    assert ada.client.get(f"/console/people/{grace.user.pk}/").status_code == 403
    for deed in ("renew", "disable", "end-sessions", "role", "enable"):
        answer = ada.client.post(f"/console/people/{ada.user.pk}/{deed}/", {"role": "administrator"})
        assert answer.status_code == 403
    assert ada.client.post("/console/people/add/", {"name": "x"}).status_code == 403
    assert not User.objects.get(username="ada").is_superuser


def test_changes_of_accounts_ask_for_the_factor_again(grace: Person) -> None:
    grace.sign_in()
    ada = person("ada", role=Role.AGENT)
    with travel(timezone.now() + timedelta(minutes=6)):
        answer = grace.client.post(reverse("staff_act", args=[ada.user.pk, "renew"]))

    assert answer["Location"].startswith("/console/prove/")
    assert not Invitation.objects.filter(user=ada.user).exists()


def test_a_name_that_cannot_be_is_explained_in_plain_words(grace: Person) -> None:
    grace.sign_in()
    form = {"name": "Ana Agent", "email": "ana@vendor.example", "role": "agent"}
    before = grace.client.get("/console/people/").content.decode()

    page = grace.client.post("/console/people/add/", form).content.decode()

    assert "no spaces" in before
    assert "without spaces: for example ana.agent" in page
    assert "valid username" not in page


def test_an_invitation_can_be_copied(grace: Person) -> None:
    grace.sign_in()
    form = {"name": "ana.agent", "email": "ana@vendor.example", "role": "agent"}

    page = grace.client.post("/console/people/add/", form).content.decode()

    assert 'data-copies="link"' in page
    assert "console/copy.js" in page
