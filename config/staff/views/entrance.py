"""Signing in: name and password, then a code or a passkey; or a passkey alone, which is both. And signing out."""

from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from config.staff import limits
from config.staff.forms import PasskeyAlone, SignInCode, SignInForm, SignInKey
from config.staff.frame import Framed
from config.staff.proof import has_passkey, passkeys_work
from licensing.network import client_ip
from recovery.limits import network_digest


class SignIn(Framed, LoginView):
    title = "Sign in"
    form_class = SignInForm
    template_name = "staff/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"passkeys_work": passkeys_work()}


class SecondStep(Framed, AuthenticateView):
    title = "Second step"
    form_class = SignInCode
    webauthn_form_class = SignInKey
    template_name = "staff/second_step.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = {"has_passkey": has_passkey(self.stage.login.user), "who": self.stage.login.user}
        return super().get_context_data(**kwargs) | about


class PasskeySignIn(LoginWebAuthnView):
    """A passkey that knows its owner by finger, face or PIN: two factors in one."""

    form_class = PasskeyAlone

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        uses = ((limits.PASSKEYS_OF_NETWORK, network_digest(client_ip(request))),)
        if not limits.taken(uses, now=timezone.now()):
            messages.error(request, "Too many tries from your network. Wait an hour.")
            return HttpResponseRedirect(reverse("account_login"))
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session in the database, a half-done sign-in too."""
    logout(request)
    return HttpResponseRedirect(reverse("account_login"))
