"""What each role may: a handful of pages and deeds for each. The whole matrix is another test's."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone

from config.staff.roles import Role
from licensing.models import Case, CaseKind
from tests import factories
from tests.staff.people import person

LOOKING = (
    "/console/",
    "/console/licensing/customer/",
    "/console/licensing/registrationkey/",
    "/console/recovery/message/",
)
RUNNING = (
    "/console/licensing/connection/add/",
    "/console/licensing/importrun/upload/",
    "/console/licensing/mapping/add/",
)
EVERYTHING = ("/console/licensing/customer/everything/", "/console/people/")


@pytest.mark.parametrize(
    ("role", "opened", "closed"),
    [
        (Role.AGENT, LOOKING, (*RUNNING, *EVERYTHING)),
        (Role.LEAD, (*LOOKING, *RUNNING), EVERYTHING),
        (Role.ADMINISTRATOR, (*LOOKING, *RUNNING, *EVERYTHING), ()),
        (Role.AUDITOR, LOOKING, (*RUNNING, *EVERYTHING)),
    ],
    ids=[role.value for role in (Role.AGENT, Role.LEAD, Role.ADMINISTRATOR, Role.AUDITOR)],
)
def test_opens_what_is_the_roles_and_nothing_else(
    role: Role, opened: tuple[str, ...], closed: tuple[str, ...], db: None
) -> None:
    somebody = person("somebody", role=role).sign_in()

    answers = {page: somebody.client.get(page).status_code for page in (*opened, *closed)}

    assert answers == dict.fromkeys(opened, 200) | dict.fromkeys(closed, 403)


@pytest.mark.parametrize(
    ("role", "settles"),
    [(Role.AGENT, True), (Role.LEAD, True), (Role.ADMINISTRATOR, True), (Role.AUDITOR, False)],
    ids=lambda value: str(value),
)
def test_closes_a_case_or_not(role: Role, settles: bool, db: None) -> None:
    case = Case.objects.create(
        kind=CaseKind.CONTRADICTION, purchase=factories.purchase(), digest=b"d", detail={}
    )
    somebody = person("somebody", role=role).sign_in()

    somebody.client.post("/console/licensing/case/", {"action": "close", "_selected_action": [str(case.pk)]})

    case.refresh_from_db()
    assert bool(case.closed_at and case.closed_at <= timezone.now()) is settles


@pytest.mark.django_db(transaction=True)
def test_a_migration_makes_the_roles_as_this_release_has_them() -> None:
    Group.objects.all().delete()

    call_command("migrate", verbosity=0)

    rights = {group.name: group.permissions.count() for group in Group.objects.all()}
    assert set(rights) == set(Role)
    assert rights["auditor"] < rights["agent"] < rights["lead"] < rights["administrator"]


def test_an_auditor_may_only_look(db: None) -> None:
    auditor = person("auditor", role=Role.AUDITOR)

    rights = auditor.user.get_all_permissions()

    assert rights
    assert all(right.split(".")[1].startswith("view_") for right in rights)
