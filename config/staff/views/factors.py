"""Setting up an authenticator app or a passkey, and taking one away."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.safestring import mark_safe

from config.staff.codes import use_up
from config.staff.forms import NewApp, NewKey
from config.staff.frame import Framed
from licensing.console.proof import asks_for_proof

SECRET_GROUP = 4


class AddApp(Framed, ActivateTOTPView):
    title = "Set up an authenticator app"
    form_class = NewApp
    template_name = "staff/add_app.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        words = " ".join(secret[at : at + SECRET_GROUP] for at in range(0, len(secret), SECRET_GROUP))
        # Within the page, not as an image from data:, which the Content-Security-Policy would not load.
        drawing = mark_safe(context["totp_svg"].partition("?>")[2])  # noqa: S308 - drawn by us, from an address
        return context | {"drawing": drawing, "secret": words}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        use_up(Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP), form.step)
        return response


class RemoveApp(Framed, DeactivateTOTPView):
    title = "Take the authenticator app away"
    template_name = "staff/remove_factor.html"

    @transaction.atomic
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """In one transaction: the check that another factor is left holds until this one is gone."""
        return super().dispatch(request, *args, **kwargs)


class AddPasskey(Framed, AddWebAuthnView):
    title = "Add a passkey"
    form_class = NewKey
    template_name = "staff/add_passkey.html"


class RemovePasskey(Framed, RemoveWebAuthnView):
    title = "Take a passkey away"
    template_name = "staff/remove_factor.html"
    success_url = reverse_lazy("mfa_index")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return HttpResponseRedirect(reverse("mfa_index"))
        response: HttpResponse = super().form_valid(form)
        return response


add_app = asks_for_proof(AddApp.as_view())
remove_app = asks_for_proof(RemoveApp.as_view())
add_passkey = asks_for_proof(AddPasskey.as_view())
remove_passkey = asks_for_proof(RemovePasskey.as_view())
