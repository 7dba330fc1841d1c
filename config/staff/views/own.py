"""What is somebody's own: second factors, recovery codes, sessions, password."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.generic import FormView, TemplateView

from config.staff import recovery_codes, sessions
from config.staff.forms import NewPassword
from config.staff.frame import Framed, frame
from config.staff.models import SignIn
from config.staff.proof import FACTORS, needs_factor, passkeys_work
from licensing.audit.trail import record
from licensing.console.proof import asks_for_proof


class Own(Framed, TemplateView):
    """Everything about one's own sign-in; the page that somebody without a factor is led to."""

    title = "Your sign-in"
    template_name = "staff/own.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, session = self.request.user, self.request.session
        factors = list(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).order_by("created_at"))
        context = {
            "app": next((each for each in factors if each.type == Authenticator.Type.TOTP), None),
            "passkeys": [each for each in factors if each.type == Authenticator.Type.WEBAUTHN],
            "has_factor": bool(factors),
            "required": needs_factor(user),
            "only_one": len(factors) == 1,
            "codes_left": recovery_codes.left(user) if factors else 0,
            "passkeys_work": passkeys_work(),
            "sessions": sessions.open_of(user, now=timezone.now()) if factors else (),
            "this_session": session.session_key,
        }
        return super().get_context_data(**kwargs) | context


@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """Right after they were made: the codes. Later: how many are left. POST says that they are kept."""
    if request.method == "POST":
        recovery_codes.were_kept(request.session)
        return HttpResponseRedirect(reverse("mfa_index"))
    shown = recovery_codes.shown(request.session, request.user, now=timezone.now())
    context = frame(request, title="Recovery codes") | {
        "codes": shown,
        "left": recovery_codes.left(request.user),
    }
    return TemplateResponse(request, "staff/recovery_codes.html", context)


@require_GET
def download_codes(request: HttpRequest) -> HttpResponse:
    """As a text file, as long as they are shown."""
    shown = recovery_codes.shown(request.session, request.user, now=timezone.now())
    if not shown:
        raise Http404
    response = HttpResponse("".join(f"{code}\n" for code in shown), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


@asks_for_proof
@require_POST
def new_codes(request: HttpRequest) -> HttpResponse:
    """Ten new ones; the old ones are worth nothing any more."""
    now = timezone.now()
    generate_recovery_codes(request)
    recovery_codes.show_once(request.session, now=now)
    return HttpResponseRedirect(reverse("mfa_view_recovery_codes"))


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """One of one's own, elsewhere."""
    ended = sessions.end(SignIn.objects.filter(pk=pk, user__pk=request.user.pk or 0), now=timezone.now())
    record("staff.sessions_ended", by=request.user.get_username(), details={"ended": ended})
    return HttpResponseRedirect(reverse("mfa_index"))


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - the gate lets nobody else here
    ended = sessions.end_all(user, now=timezone.now(), but=request.session.session_key)
    record("staff.sessions_ended", by=user.get_username(), details={"ended": ended})
    return HttpResponseRedirect(reverse("mfa_index"))


class ChangePassword(Framed, FormView):  # type: ignore[type-arg]  # generic in the stubs only
    title = "Change your password"
    template_name = "staff/password.html"
    success_url = reverse_lazy("mfa_index")

    def get_form(self, form_class: Any = None) -> Any:
        user = self.request.user
        form = PasswordChangeForm(user, **self.get_form_kwargs())  # type: ignore[arg-type]  # the gate: a User
        for field in ("new_password1", "new_password2"):
            form.fields[field].help_text = ""
        form.fields["new_password1"].help_text = NewPassword.HINT
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        """This session goes on under a new key; all others end."""
        with transaction.atomic():
            user, key = form.save(), self.request.session.session_key
            record("staff.password_changed", by=user.get_username(), row=user)
        update_session_auth_hash(self.request, user)
        sessions.renamed(key, self.request.session.session_key)
        sessions.end_all(user, now=timezone.now(), but=self.request.session.session_key)
        return super().form_valid(form)


change_password = asks_for_proof(ChangePassword.as_view())
