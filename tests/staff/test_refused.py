"""What the console refuses to somebody of staff, it says in its own words, and before it asks anything of them."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from time_machine import travel

from config.staff.roles import Role
from tests import factories
from tests.staff.people import Person, person

pytestmark = pytest.mark.django_db
MISSING = "/console/licensing/customer/00000000-0000-7000-8000-000000000001/timeline/"


@pytest.fixture
def agent(db: None) -> Person:
    return person("alice", role=Role.AGENT).sign_in()


def words(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]  # the test client's answer


def test_names_the_roles_that_may_and_leads_back(agent: Person) -> None:
    customer = factories.customer()
    page = f"/console/licensing/customer/{customer.pk}/change/"

    answer = agent.client.get(
        f"/console/customers/{customer.pk}/erase/", headers={"referer": f"http://testserver{page}"}
    )

    assert answer.status_code == 403
    assert "This needs the role lead or administrator." in words(answer)
    assert "You are signed in as alice, agent." in words(answer)
    assert f'href="{page}"' in words(answer)
    assert "another browser" not in words(answer)


def test_of_the_trail_auditors_too(agent: Person) -> None:
    assert "lead, administrator or auditor" in words(agent.client.get("/console/trail/"))


def test_asks_for_no_second_factor_before_a_page_that_stays_closed(agent: Person) -> None:
    with travel(timezone.now() + timedelta(minutes=6)):
        for page in ("/console/people/add/", f"/console/customers/{factories.customer().pk}/erase/"):
            assert agent.client.post(page).status_code == 403


def test_leads_to_no_page_elsewhere(agent: Person) -> None:
    answer = agent.client.get("/console/people/", headers={"referer": "https://evil.example/console/"})

    assert "evil" not in words(answer)
    assert 'href="/console/"' in words(answer)


def test_what_is_not_there_is_said_by_the_console(agent: Person) -> None:
    answer = agent.client.get(MISSING)

    assert answer.status_code == 404
    assert "Search for it in the box on top" in words(answer)


def test_so_is_what_came_in_pieces(grace: Person, settings: LazySettings) -> None:
    settings.SECOND_PERSON = {"exports"}

    answer = grace.sign_in().client.post("/console/licensing/customer/everything/csv/", {"name": "\0"})

    assert answer.status_code == 400
    assert "To the first page" in words(answer)


def test_a_form_that_was_open_too_long_is_told_in_the_console(agent: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = agent.client.cookies

    answer = strict.post("/console/find/", {"q": "ada"})

    assert answer.status_code == 403
    assert "Please send that once more" in words(answer)
    assert "To the first page" in words(answer)


def test_a_customer_still_reads_their_own_page(client: Client) -> None:
    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert "console" not in words(answer)


def test_the_customers_page_says_who_may_export_and_erase(agent: Person) -> None:
    page = words(agent.client.get(f"/console/licensing/customer/{factories.customer().pk}/change/"))

    assert "Export: lead or administrator" in page
    assert "Erase: lead or administrator" in page
