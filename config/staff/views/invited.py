"""The link of an invitation: looked at as often as one likes, good for one password."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from config.staff import limits
from config.staff.forms import NewPassword
from config.staff.frame import names
from config.staff.invitations import NotOpen, accept, digest_of, find
from config.staff.models import Invitation
from licensing.network import client_ip
from recovery.limits import network_digest

KEPT = "staff_invitation"


@require_GET
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """Takes the secret out of the address bar, into the session, as a digest; uses nothing up."""
    request.session[KEPT] = digest_of(token).hex()
    return HttpResponseRedirect(reverse("staff_welcome"))


@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Asks for a password. With it, somebody is signed in as far as setting up a second factor."""
    digest = bytes.fromhex(request.session.get(KEPT, ""))
    try:
        invitation = looked_up(request, digest)
        form = NewPassword(request.POST or None, instance=invitation.user)
        if request.method == "POST" and form.is_valid():
            return entered(request, digest, form.cleaned_data["password1"])
    except NotOpen:
        return render(request, "staff/not_open.html", names() | {"title": "Invitation"}, status=410)
    about = {"title": "Welcome", "form": form, "who": invitation.user}
    return render(request, "staff/welcome.html", names() | about)


def looked_up(request: HttpRequest, digest: bytes) -> Invitation:
    now = timezone.now()
    uses = ((limits.INVITATIONS_OF_NETWORK, network_digest(client_ip(request))),)
    if not limits.taken(uses, now=now):
        raise NotOpen
    found = find(digest, now=now)
    limits.give_back(uses, now=now)
    return found


def entered(request: HttpRequest, digest: bytes, password: str) -> HttpResponse:
    user = accept(digest, password, now=timezone.now())
    request.session.flush()  # whoever was signed in here before, and whatever key this browser came with
    login(request, user)
    return HttpResponseRedirect(reverse("mfa_index"))
