"""Support hands a person their data, or erases them: who may, with a reason and a fresh proof."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from config.staff.roles import Role, give_role
from licensing.console.proof import wants_proof
from licensing.models import AuditEntry, Customer
from recovery.models import ChangeKind, ChangeState, OwnerChange
from tests.console.conftest import CODE, EMAIL, NAME, Filed
from tests.factories import customer

PAGES = ["customer_export", "customer_erase"]
EXPORT = {"words": "She asked by mail"}
ERASE = {"reason": "mail", "sure": "on"}


def address(page: str, filed: Filed) -> str:
    return reverse(f"console:{page}", args=[filed.customer.pk])


@pytest.fixture
def client_of(db: None) -> dict[Role, Client]:
    clients = {role: Client() for role in Role}
    for role, client in clients.items():
        user = User.objects.create_user(role.value)
        give_role(user, role)
        client.force_login(user)
    return clients


@pytest.mark.parametrize("page", PAGES)
def test_leads_and_administrators_may_agents_and_auditors_may_not(
    page: str, client_of: dict[Role, Client], filed: Filed
) -> None:
    seen = {role: client.get(address(page, filed)).status_code for role, client in client_of.items()}
    assert seen == {Role.AGENT: 403, Role.LEAD: 200, Role.ADMINISTRATOR: 200, Role.AUDITOR: 403}
    for role in (Role.AGENT, Role.AUDITOR):
        assert client_of[role].post(address(page, filed), EXPORT | ERASE).status_code == 403
    assert Customer.objects.filter(pk=filed.customer.pk).exists()


@pytest.mark.parametrize("page", PAGES)
def test_asks_for_a_second_factor_again(page: str, filed: Filed, rf: RequestFactory) -> None:
    there = address(page, filed)
    assert wants_proof(resolve(there).func, rf.get(there), {})


def test_exports_without_codes_and_records_why(support: Client, filed: Filed) -> None:
    answer = support.post(address("customer_export", filed), EXPORT)
    assert answer.status_code == 200
    archive = ZipFile(BytesIO(answer.content))
    told = json.loads(archive.read("about-you.json"))
    assert told["sections"]["contact"]["rows"][0]["name"] == NAME
    assert CODE not in archive.read("about-you.html").decode()
    entry = AuditEntry.objects.get(action="customer.exported")
    assert (entry.by, entry.customer) == ("support", filed.customer.pk)


def test_exports_nothing_without_a_reason(support: Client, filed: Filed) -> None:
    assert support.post(address("customer_export", filed), {"words": " "}).status_code == 422
    assert not AuditEntry.objects.filter(action="customer.exported").exists()


def test_says_what_erasing_comes_to(support: Client, filed: Filed) -> None:
    shown = support.get(address("customer_erase", filed)).content.decode()
    assert "cannot be undone" in shown
    assert EMAIL in shown
    assert "1 move under way" in shown


def test_erases_with_a_reason_and_a_tick(support: Client, filed: Filed) -> None:
    for lacking in ({"reason": "mail"}, {"sure": "on"}, {"reason": "because", "sure": "on"}):
        assert support.post(address("customer_erase", filed), lacking).status_code == 422
    assert Customer.objects.filter(pk=filed.customer.pk).exists()
    answer = support.post(address("customer_erase", filed), ERASE)
    assert answer.status_code == 302
    assert not Customer.objects.filter(pk=filed.customer.pk).exists()
    entry = AuditEntry.objects.get(action="customer.erased")
    assert (entry.by, entry.customer) == ("support", None)
    assert support.get(address("customer_erase", filed)).status_code == 404


def test_after_it_no_page_of_the_console_is_broken_or_names_them(support: Client, filed: Filed) -> None:
    support.post(address("customer_erase", filed), ERASE)
    for row in (filed.line, filed.license, filed.key, filed.line.purchase):
        page = support.get(
            reverse(f"console:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        )
        assert page.status_code == 200
        assert "lovelace" not in page.content.decode().lower()


def test_a_command_erases_with_yes_alone(filed: Filed) -> None:
    with pytest.raises(CommandError, match="add --yes"):
        call_command("customers", "erase", EMAIL, "--reason", "mail")
    call_command("customers", "erase", EMAIL, "--reason", "mail", "--yes")
    assert AuditEntry.objects.get(action="customer.erased").by == "command"
    with pytest.raises(CommandError, match="Nothing is filed"):
        call_command("customers", "erase", EMAIL, "--reason", "mail", "--yes")


def test_nobody_is_erased_while_somebody_objects(support: Client, filed: Filed) -> None:
    OwnerChange.objects.create(
        kind=ChangeKind.MERGE,
        state=ChangeState.DONE,
        customer=customer(),
        other=filed.customer,
        effective_at=Now(),
        decided_at=Now(),
        done_at=Now(),
        frozen_at=Now(),
    )
    assert "Cannot be undone afterwards" in support.get(address("customer_erase", filed)).content.decode()
    answer = support.post(address("customer_erase", filed), ERASE)
    assert answer.status_code == 422
    assert "somebody objected" in answer.content.decode()
    with pytest.raises(CommandError, match="somebody objected"):
        call_command("customers", "erase", EMAIL, "--reason", "mail", "--yes")
