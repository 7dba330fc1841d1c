"""The four roles, as groups, and what each may do. Made anew after every migration, so that a release can add to them.

agent: looks, and settles what customers ask for. lead: also what decides about many at once: shops, files, catalogue.
administrator: everything, other people's accounts too. auditor: looks, and changes nothing.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from django.apps import AppConfig
from django.apps import apps as all_apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q

FLOORS: Final = ("licensing", "recovery")


class Role(StrEnum):
    AGENT = "agent"
    LEAD = "lead"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


# In a line for who gives a role to somebody; docs/staff.md has it in full.
MEANS: Final = {
    Role.AGENT: "Looks at everything but the audit trail; sends keys, settles cases, moves and changes of owner, marks "
    "refunds, lifts stopped and dead mailboxes.",
    Role.LEAD: "That, and shops, files, products, mail texts, purchases by hand, exporting and erasing a person, "
    "shortening and undoing changes of owner; approves what needs a second person; reads the audit trail.",
    Role.ADMINISTRATOR: "Everything, other people’s accounts, API keys and the export of everything included.",
    Role.AUDITOR: "Looks at everything, the audit trail included; changes nothing, sees no code.",
}
# Model -> what may be done, beyond looking at everything.
SETTLES: Final = {
    "case": "change",
    "exchange": "change",
    "customer": "change",
    "mute": "add change",
    "suppression": "change",
    "license": "change",
    "message": "add",
    "customernote": "add change",
    "codereveal": "add",
    "refundmark": "add change",
    "ownerchange": "change",
}
RUNS: Final = {
    "customer": "change export erase",
    "connection": "add change",
    "store": "add change",
    "hookevent": "change",
    "endpoint": "add change",
    "delivery": "change",
    "keyask": "change",
    "importrun": "add change",
    "columnmap": "add change delete",
    "mapping": "add change delete",
    "mappingitem": "add change delete",
    "product": "add change",
    "edition": "add change",
    "purchase": "add addmany change",
    "purchaseline": "change",
    "domainpause": "change",
    "wording": "change",
    "ownerchange": "change shorten undo",
}
OF_STAFF: Final = Q(content_type__app_label="auth", codename__in=("view_user", "add_user", "change_user"))
OF_FLOORS: Final = Q(content_type__app_label__in=FLOORS)
OF_APPROVALS: Final = Q(content_type__app_label="staff", content_type__model="approval")
SEE_APPROVALS: Final = OF_APPROVALS & Q(codename="view_approval")
TRAIL: Final = OF_FLOORS & Q(codename="view_auditentry")
TRAIL_OUT: Final = OF_FLOORS & Q(codename="view_audit_export")
# Rows that have no page: they are read as the trail, or are keys that nobody reads.
NO_PAGES: Final = OF_FLOORS & Q(
    content_type__model__in=("auditentry", "auditlink", "auditpending", "storedkey")
)
LOOK: Final = OF_FLOORS & Q(codename__startswith="view_") & ~NO_PAGES


def make_roles(*, apps: Any = all_apps, **_: Any) -> None:
    """The groups with their rights, as this release has them. Does nothing before the tables of accounts exist."""
    try:
        apps.get_model("auth", "Permission")
    except LookupError:
        return
    for app in permitted_apps():
        create_permissions(app, verbosity=0, apps=apps)
    for role in Role:
        group, _made = Group.objects.get_or_create(name=role.value)
        group.permissions.set(Permission.objects.filter(rights_of(role)))


def permitted_apps() -> Iterator[AppConfig]:
    yield from (all_apps.get_app_config(label) for label in (*FLOORS, "staff", "auth"))


def rights_of(role: Role) -> Q:
    """Which permissions the role has."""
    if role is Role.ADMINISTRATOR:
        return (OF_FLOORS & ~NO_PAGES) | TRAIL | TRAIL_OUT | OF_STAFF | OF_APPROVALS
    if role is Role.AUDITOR:
        return LOOK | TRAIL | TRAIL_OUT | SEE_APPROVALS
    if role is Role.LEAD:
        return LOOK | TRAIL | named(SETTLES | RUNS) | OF_APPROVALS
    return LOOK | named(SETTLES)


def named(deeds: dict[str, str]) -> Q:
    names = [f"{deed}_{model}" for model, words in deeds.items() for deed in words.split()]
    return OF_FLOORS & Q(codename__in=names)


def give_role(user: User, role: Role) -> None:
    """This role and no other. An administrator is what Django calls a superuser."""
    user.groups.set([Group.objects.get(name=role.value)])
    user.is_staff = True
    user.is_superuser = role is Role.ADMINISTRATOR
    user.save(update_fields=["is_staff", "is_superuser"])


def role_of(user: User) -> str:
    """The role in a word; empty for an account from before there were roles."""
    if user.is_superuser:
        return Role.ADMINISTRATOR.value
    named = (group.name for group in user.groups.all() if group.name in set(Role))
    return next(named, "")
