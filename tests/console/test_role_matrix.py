"""Every address and every action of the console, as every role, compared with the one table."""

import logging
from collections.abc import Iterator
from copy import copy

import pytest
from django.contrib import auth
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.test import Client

from config import recording
from config.console import console
from config.staff.roles import Role
from config.staff.views import refused
from tests.console.addresses import Address
from tests.console.conftest import CODE, as_role
from tests.console.roles import ACTIONS, FACTS, FOR_ANYBODY, MODELS, PAGES, WHO, may_send

pytestmark = pytest.mark.django_db
REFUSED = 403
Person = AbstractUser | AnonymousUser
SELECTED = {"_selected_action": ["00000000-0000-7000-8000-000000000000"]}


def expected(address: Address, method: str) -> frozenset[Role] | None:
    """Who is not refused, by the table; None where it has no line."""
    if address.is_generic:
        return of_model(address, method)
    line = PAGES.get(address.name) or PAGES.get(f"{address.name} {address.word}")
    return line and WHO[line[method == "POST"]]


def of_model(address: Address, method: str) -> frozenset[Role]:
    model, view = str(address.model and address.model._meta.model_name), address.name.rpartition("_")[2]
    add, change, delete = MODELS.get(model, FACTS)
    if view == "changelist":
        return WHO["look"] if method == "GET" else may_send(model)
    if view == "history":
        return WHO["trail"]
    if view == "change" and method == "GET":
        return WHO["look"]
    return WHO[{"add": add, "change": change, "delete": delete}[view]]


def differences(addresses: list[Address], method: str) -> Iterator[str]:
    for role in Role:
        client = as_role(role)
        for address in addresses:
            if address.name in FOR_ANYBODY:
                continue
            refused = visited(client, address, method).status_code == REFUSED
            wanted = expected(address, method)
            if wanted is None:
                yield f"{address.name}: no line in tests/console/roles.py"
            elif refused is (role in wanted):
                yield f"{method} {address.path} as {role}: {'refused' if refused else 'let in'}"


def visited(client: Client, address: Address, method: str) -> HttpResponse:
    """What it does is taken back at once."""
    with transaction.atomic():
        sent = SELECTED if address.name.endswith("_changelist") else {}
        answer = client.get(address.path) if method == "GET" else client.post(address.path, sent)
        transaction.set_rollback(True)
    return answer  # type: ignore[return-value]  # the test client's own class


def text_of(page: HttpResponse) -> str:
    return b"".join(page).decode()  # also of what is sent piece by piece


@pytest.fixture
def _unrendered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rights are asked before anything is laid out; three thousand pages laid out would take minutes."""
    monkeypatch.setattr(TemplateResponse, "rendered_content", "")
    monkeypatch.setattr(refused, "page", lambda _, refusal, **__: HttpResponse(status=refusal.status))
    monkeypatch.setattr(console, "get_app_list", lambda *_, **__: [])  # what the navigation is made of
    monkeypatch.setattr(recording, "record", lambda *_, **__: None)  # that each look is: test_every_page.py
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the four is read once, with their rights, and not for each of three thousand requests."""
    read, known = auth.get_user, dict[str | None, Person]()

    def person(request: HttpRequest) -> Person:
        key = request.session.session_key
        if key not in known:
            known[key] = read(request)
            known[key].get_all_permissions()
        return copy(known[key])

    monkeypatch.setattr(auth, "get_user", person)


@pytest.mark.usefixtures("_unrendered", "_known")
def test_every_page_opens_for_those_in_the_table_and_for_nobody_else(addresses: list[Address]) -> None:
    assert len(addresses) > 200
    assert "\n".join(sorted(differences(addresses, "GET"))) == ""


@pytest.mark.usefixtures("_unrendered", "_known")
def test_everything_can_be_sent_by_those_in_the_table_and_by_nobody_else(addresses: list[Address]) -> None:
    assert "\n".join(sorted(differences(addresses, "POST"))) == ""


def test_every_action_of_a_list_is_offered_to_those_in_the_table(addresses: list[Address]) -> None:
    found: dict[str, dict[str, set[Role]]] = {}
    for role in Role:
        request = as_role(role).get("/console/").wsgi_request
        for model, page in console._registry.items():
            for action in page.get_actions(request):
                found.setdefault(str(model._meta.model_name), {}).setdefault(action, set()).add(role)

    assert found == {
        model: {action: set(WHO[who]) for action, who in actions.items()}
        for model, actions in ACTIONS.items()
    }


def test_a_stranger_gets_nowhere_but_to_the_sign_in(addresses: list[Address], client: Client) -> None:
    inside = [each for each in addresses if each.name not in FOR_ANYBODY]

    led = {each.path: client.get(each.path) for each in inside} | {
        f"POST {each.path}": client.post(each.path) for each in inside
    }

    assert [
        path for path, page in led.items() if not page.get("Location", "").startswith("/console/login/")
    ] == []


def test_an_auditor_sees_no_code(addresses: list[Address]) -> None:
    auditor = as_role(Role.AUDITOR)

    shown = {each.path: text_of(visited(auditor, each, "GET")) for each in addresses}

    assert [path for path, text in shown.items() if CODE in text or CODE.replace("-", "") in text] == []


def test_an_action_that_is_not_offered_is_refused(addresses: list[Address]) -> None:
    for name, actions in ACTIONS.items():
        path = next(each.path for each in addresses if each.name.endswith(f"_{name}_changelist"))
        for action in actions:
            answer = as_role(Role.AUDITOR).post(path, {"action": action, **SELECTED})
            assert answer.status_code == REFUSED
