"""What needs a second person: asking for it, the list, deciding, and doing it then."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from config.staff import approvals
from config.staff.approvals import Asked, NotYours, TooLate
from config.staff.frame import frame
from config.staff.models import Approval, ApprovalState
from config.staff.roles import role_of
from config.staff.views.told_deeds import told
from licensing.audit.looked import concerns
from licensing.console.proof import asks_for_proof
from licensing.console.rights import only_with, refuse_unless

SALT: Final = "second-person"
SECONDS: Final = 3600  # how long the question may be thought about
AT_MOST: Final = 100
TONES: Final = {
    ApprovalState.WAITING: "wait",
    ApprovalState.GIVEN: "good",
    ApprovalState.DECLINED: "bad",
}
SEE_ALL: Final = "staff.view_approval"
DECIDE: Final = "staff.decide_approval"


def signed_in(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the gate lets nobody else here
    return request.user


def asked_first(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Instead of the deed: that somebody else has to agree, and where to say why. What was sent waits, signed."""
    about = {**asdict(asked), "by": signed_in(request).pk}
    context = {
        "asked": asked,
        "told": told([asked])[0],
        "kept": signing.dumps(about, salt=SALT, compress=True),
    }
    page = frame(request, title="This needs a second person") | context
    return render(request, "staff/second_person.html", page, status=409)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    user, reason = signed_in(request), request.POST.get("reason", "").strip()
    try:
        about = signing.loads(request.POST.get("kept", ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        about = {}
    if about.pop("by", None) != user.pk:
        messages.error(request, "That was asked too long ago, or by somebody else. Begin again.")
        return HttpResponseRedirect(reverse("admin:approvals"))
    asked = Asked(**about)
    reason = told([asked])[0].why or reason
    if not reason:
        messages.error(request, "Say why. Whoever decides reads it.")
        return asked_first(request, asked)
    return HttpResponseRedirect(address_of(approvals.ask(asked, by=user, reason=reason)))


def address_of(approval: Approval) -> str:
    return reverse("admin:approval", args=[approval.pk])


def seen_by(user: User) -> Any:
    """All of them for who decides and for auditors; their own for everybody else."""
    rows = Approval.objects.select_related("asked_by", "decided_by")
    return rows if user.has_perm(SEE_ALL) else rows.filter(asked_by=user)


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The newest of them."""
    found = list(seen_by(signed_in(request))[:AT_MOST])
    rows = [(each, words, *standing(each)) for each, words in zip(found, told(found), strict=True)]
    context = {"rows": rows, "sees_all": request.user.has_perm(SEE_ALL)}
    return render(request, "staff/approvals.html", frame(request, title="Approvals") | context)


def standing(approval: Approval) -> tuple[str, str]:
    """Its state in words, and their colour."""
    state = ApprovalState(approval.state)
    if state in (ApprovalState.WAITING, ApprovalState.GIVEN) and not approvals.is_open(approval):
        state = ApprovalState.LAPSED
    return str(state.label), TONES.get(state, "off")


@require_GET
def shown(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    approval: Approval = get_object_or_404(seen_by(user), pk=pk)
    own, still = approval.asked_by_id == user.pk, approvals.is_open(approval)
    words, tone = standing(approval)
    deed = told([approval])[0]
    concerns(request, deed.who.customer if deed.who else None)
    context = {
        "approval": approval,
        "told": deed,
        "words": words,
        "tone": tone,
        "role": role_of(approval.asked_by),
        "own": own,
        "may_decide": still and approval.state == ApprovalState.WAITING and may_decide(user, approval),
        "may_do": still and own and approval.state == ApprovalState.GIVEN,
    }
    return render(request, "staff/approval.html", frame(request, title=deed.title) | context)


def may_decide(user: User, approval: Approval) -> bool:
    return user.has_perm(DECIDE) and not approvals.is_same_person(user, approval.asked_by)


@only_with(DECIDE)
@asks_for_proof
@require_POST
def decide(request: HttpRequest, pk: UUID, deed: str) -> HttpResponse:
    user = signed_in(request)
    refuse_unless(request, DECIDE)
    if deed not in DEEDS:
        raise Http404
    approval = get_object_or_404(Approval, pk=pk)
    try:
        DEEDS[deed](approval.pk, by=user, note=request.POST.get("note", "").strip())
    except NotYours:
        messages.error(request, "It is your own. Somebody else has to decide.")
    except TooLate:
        messages.error(
            request, "This was decided meanwhile, or is older than a day. Nothing was changed now."
        )
    else:
        messages.success(request, f"{AFTER[deed]} {approval.asked_by} sees it here.")
    return HttpResponseRedirect(address_of(approval))


DEEDS: Final = {"approve": approvals.approve, "decline": approvals.decline}
AFTER: Final = {"approve": "Approved. It can be done once, within 24 hours.", "decline": "Declined."}
