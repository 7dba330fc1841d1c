"""The accounts of everybody, for administrators: add, begin anew, close, change a role, end sessions."""

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.staff import accounts, sessions
from config.staff.accounts import Refused
from config.staff.forms import NewPerson
from config.staff.frame import frame
from config.staff.proof import has_factor
from config.staff.roles import MEANS, Role, role_of
from licensing.console.proof import asks_for_proof
from licensing.console.rights import only_with, refuse_unless
from licensing.console.second_person import ForTwo, needs_second_person

MAY: Final = "auth.change_user"


def shown(request: HttpRequest, template: str, *, title: str, **about: Any) -> HttpResponse:
    return TemplateResponse(request, f"staff/{template}.html", frame(request, title=title) | about)


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, and the form for one more."""
    refuse_unless(request, MAY)
    now = timezone.now()
    rows = [(user, role_of(user), sessions.open_of(user, now=now).first()) for user in accounts.people()]
    return shown(request, "people", title="Staff", people=rows, form=NewPerson(), means=MEANS)


@only_with(MAY)
@asks_for_proof
@needs_second_person(ForTwo.ACCOUNTS, "Make an account")
@require_POST
def add_person(request: HttpRequest) -> HttpResponse:
    refuse_unless(request, MAY)
    form = NewPerson(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            user, link = accounts.add(
                name=asked["name"],
                email=asked["email"],
                role=Role(asked["role"]),
                by=request.user.get_username(),
                now=timezone.now(),
            )
            return shown(request, "invitation", title=f"Invitation for {user}", person=user, link=link)
        except Refused as refusal:
            form.add_error("name", str(refusal))
    return shown(request, "people", title="Staff", people=[], form=form, means=MEANS)


@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    refuse_unless(request, MAY)
    user = get_object_or_404(accounts.people(), pk=pk)
    about = {
        "person": user,
        "role": role_of(user),
        "roles": list(Role),
        "means": MEANS,
        "has_factor": has_factor(user),
        "sessions": sessions.open_of(user, now=timezone.now()),
        "this_session": request.session.session_key,
    }
    return shown(request, "person", title=str(user), **about)


def gives_a_way_in(request: HttpRequest, deed: str, **_: Any) -> bool:
    """Another role; or a link with which whoever holds it becomes that person, and could approve in their name."""
    return deed in ("role", "renew", "enable")


@only_with(MAY)
@asks_for_proof
@needs_second_person(ForTwo.ACCOUNTS, "Change or reopen an account", when=gives_a_way_in)
@require_POST
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """One of `DEEDS`. A link that comes of it is shown this once."""
    refuse_unless(request, MAY)
    user = get_object_or_404(accounts.people(), pk=pk)
    try:
        link = DEEDS[deed](request, user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        link = None
    if link:
        return shown(request, "invitation", title=f"Invitation for {user}", person=user, link=link)
    return HttpResponseRedirect(reverse("staff_person", args=[pk]))


def renew(request: HttpRequest, user: User) -> str | None:
    return accounts.renew(user, by=request.user.get_username(), now=timezone.now())


def enable(request: HttpRequest, user: User) -> str | None:
    return accounts.enable(user, by=request.user.get_username(), now=timezone.now())


def disable(request: HttpRequest, user: User) -> str | None:
    return accounts.disable(user, by=request.user.get_username(), now=timezone.now())


def end_sessions(request: HttpRequest, user: User) -> str | None:
    key, now = request.session.session_key, timezone.now()
    accounts.end_sessions(user, by=request.user.get_username(), but=key, now=now)
    return None


def change_role(request: HttpRequest, user: User) -> str | None:
    wanted = request.POST.get("role", "")
    if wanted not in set(Role):
        raise Refused("There is no such role.")
    return accounts.change_role(user, Role(wanted), by=request.user.get_username(), now=timezone.now())


DEEDS = {
    "renew": renew,
    "enable": enable,
    "disable": disable,
    "end-sessions": end_sessions,
    "role": change_role,
}
