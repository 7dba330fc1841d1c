"""Sign-ins, factors and accounts in the audit trail: who, and what was before; never a password or a code."""

import pytest

from config.staff.roles import Role
from licensing.audit.sealing import opened
from licensing.models import AuditEntry
from tests.staff.people import PASSWORD, Person, person, wrong_code
from tests.staff.test_people import staff

pytestmark = pytest.mark.django_db


def recorded() -> list[tuple[str, str]]:
    """What was done by whom, the oldest first."""
    return list(AuditEntry.objects.order_by("id").values_list("action", "by"))


def details(action: str) -> dict[str, object]:
    said = opened(AuditEntry.objects.filter(action=action).latest("pk"))
    assert said
    return dict(said["details"])


def test_signing_in_and_out(grace: Person) -> None:
    grace.sign_in()
    grace.client.post("/console/logout/")

    assert recorded() == [("staff.signed_in", "grace"), ("staff.signed_out", "grace")]


def test_a_wrong_password_and_a_wrong_code(grace: Person) -> None:
    grace.type_password("another password altogether")
    grace.type_password()
    grace.type_code(wrong_code())

    assert recorded() == [("staff.refused", ""), ("staff.factor_refused", "grace")]
    assert details("staff.refused") == {"name": "grace"}


def test_no_password_stands_in_the_trail(grace: Person) -> None:
    grace.sign_in()
    grace.client.post(
        "/console/password_change/",
        {
            "old_password": PASSWORD,
            "new_password1": "quite another set",
            "new_password2": "quite another set",
        },
    )

    assert ("staff.password_changed", "grace") in recorded()
    said = "".join(str(opened(entry)) for entry in AuditEntry.objects.all())
    assert PASSWORD not in said
    assert "quite another set" not in said


def test_a_role_with_what_it_was_before(grace: Person) -> None:
    grace.sign_in()
    ada = person("ada", role=Role.AGENT)

    grace.client.post(f"/console/people/{ada.user.pk}/role/", {"role": "lead"})

    assert recorded()[-1] == ("account.role_changed", "grace")
    assert details("account.role_changed") == {"name": "ada", "role": ["agent", "lead"]}


def test_what_the_command_did(grace: Person) -> None:
    staff("add", "ada", "--email", "ada@vendor.example")
    staff("list")

    assert recorded() == [("command.staff", "command"), ("account.added", "command")]
    assert details("command.staff") == {
        "deed": "add",
        "name": "ada",
        "email": "ada@vendor.example",
        "role": "agent",
    }
