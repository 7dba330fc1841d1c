"""Whoever approves reads whom it concerns and what was said; whoever asked is told of the answer."""

import pytest
from django.conf import LazySettings

from config.staff.models import Approval
from config.staff.roles import Role
from licensing.models import Customer
from tests import factories
from tests.staff.people import Person, person

pytestmark = pytest.mark.django_db
APPROVALS = "/console/approvals/"
EVERYTHING = "/console/licensing/customer/everything/"


@pytest.fixture(autouse=True)
def _exports_need_two(settings: LazySettings) -> None:
    settings.SECOND_PERSON = {"exports"}


@pytest.fixture
def lena(db: None) -> Person:
    return person("lena", role=Role.LEAD).sign_in()


@pytest.fixture
def luis(db: None) -> Person:
    return person("luis", role=Role.LEAD).sign_in()


@pytest.fixture
def amina(db: None) -> Customer:
    return factories.customer(email="amina@oberg.example", full_name="Amina Öberg")


def words(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]  # the test client's answer


def asked(lena: Person, amina: Customer) -> Approval:
    held = lena.client.post(f"/console/customers/{amina.pk}/erase/", {"reason": "mail", "sure": "on"})
    assert held.status_code == 409
    assert 'name="reason"' not in words(held)  # it stands in the form already
    lena.client.post("/console/approvals/ask/", {"kept": held.context["kept"]})
    return Approval.objects.get()


def test_the_list_says_who_is_to_be_erased(lena: Person, luis: Person, amina: Customer) -> None:
    asked(lena, amina)

    assert "Erase Amina Öberg, amina@oberg.example" in words(luis.client.get(APPROVALS))


def test_the_page_leads_to_them_and_says_why_in_the_words_of_the_form(
    lena: Person, luis: Person, amina: Customer
) -> None:
    approval = asked(lena, amina)

    page = words(luis.client.get(f"{APPROVALS}{approval.pk}/"))

    assert f'href="/console/licensing/customer/{amina.pk}/change/"><bdi>Amina Öberg' in page
    assert "asked by mail, from an address on file" in page
    assert "Their keys can never be recovered here again, and they know it</dt><dd><bdi>yes" in page


def test_what_the_form_refuses_is_no_question_for_anybody(lena: Person, amina: Customer) -> None:
    answer = lena.client.post(f"/console/customers/{amina.pk}/erase/", {"reason": "", "sure": "on"})

    assert answer.status_code == 422
    assert not Approval.objects.exists()


def test_who_asked_finds_the_answer_on_the_first_page(lena: Person, luis: Person, amina: Customer) -> None:
    approval = asked(lena, amina)
    assert "do it now" not in words(lena.client.get("/console/"))

    luis.client.post(f"{APPROVALS}{approval.pk}/approve/")

    page = words(lena.client.get("/console/"))
    assert "Erase Amina Öberg" in page
    assert "luis approved it: do it now" in page
    assert "do it now" not in words(luis.client.get("/console/"))


def test_a_decline_is_told_with_its_reason(lena: Person, luis: Person, amina: Customer) -> None:
    approval = asked(lena, amina)

    luis.client.post(f"{APPROVALS}{approval.pk}/decline/", {"note": "Wrong Amina."})

    page = words(lena.client.get("/console/"))
    assert "declined</span> by luis: Wrong Amina." in page


def test_once_they_are_erased_the_list_names_nobody(lena: Person, luis: Person, amina: Customer) -> None:
    approval = asked(lena, amina)
    luis.client.post(f"{APPROVALS}{approval.pk}/approve/")
    lena.client.post(f"/console/customers/{amina.pk}/erase/", {"reason": "mail", "sure": "on"})

    page = words(luis.client.get(APPROVALS))

    assert "approved and done" in page
    assert "Amina" not in page
    assert "Erase a customer" in page


def test_an_account_is_named_too(grace: Person, luis: Person) -> None:
    held = grace.sign_in().client.post(f"/console/people/{luis.user.pk}/role/", {"role": "agent"})

    assert "luis, luis@vendor.example" in words(held)


def test_who_sees_only_their_own_is_not_told_that_nobody_asked(
    lena: Person, luis: Person, amina: Customer
) -> None:
    asked(lena, amina)
    agent = person("anders", role=Role.AGENT).sign_in()

    page = words(agent.client.get(APPROVALS))

    assert "You have asked for nothing." in page
    assert "Nobody has asked" not in page


def test_what_the_address_alone_says_is_told_in_words(lena: Person, luis: Person) -> None:
    boss = person("boss", role=Role.ADMINISTRATOR).sign_in()
    assert "somebody else has to agree first" in words(boss.client.get(f"{EVERYTHING}"))
    held = boss.client.post(f"{EVERYTHING}zip/")
    boss.client.post("/console/approvals/ask/", {"kept": held.context["kept"], "reason": "The audit."})

    page = words(luis.client.get(f"{APPROVALS}{Approval.objects.get().pk}/"))

    assert "<dt>File</dt><dd><bdi>CSV files (zip)</bdi>" in page
    assert "Export everything, codes and addresses in clear</bdi>. Nothing is filled in" in page


def test_where_nobody_else_is_needed_the_export_speaks_of_nobody(settings: LazySettings) -> None:
    settings.SECOND_PERSON = set()
    boss = person("boss", role=Role.ADMINISTRATOR).sign_in()

    assert "somebody else has to agree" not in words(boss.client.get(EVERYTHING))
