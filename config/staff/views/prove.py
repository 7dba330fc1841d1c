"""A second factor once more, before something sensitive; then back to where somebody was."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.webauthn.internal import auth as passkeys
from django.contrib.auth.models import User
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import TemplateView

from config.staff.forms import ProofCode, ProofKey
from config.staff.frame import Framed
from config.staff.proof import has_passkey


class Prove(Framed, TemplateView):
    title = "Is it still you?"
    template_name = "staff/prove.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.sent()
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(sent=form))
        form.save()
        return HttpResponseRedirect(self.way_on())

    def sent(self) -> Any:
        kind = ProofKey if "credential" in self.request.POST else ProofCode
        return kind(user=self.request.user, data=self.request.POST)

    def way_on(self) -> str:
        """To a page of ours, by GET."""
        asked = self.request.POST.get("next") or self.request.GET.get("next", "")
        return asked if asked and get_adapter().is_safe_url(asked) else reverse("console:index")

    def get_context_data(self, *, sent: Form | None = None, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101 - the gate lets nobody else here
        context = {
            "form": sent if isinstance(sent, ProofCode) else ProofCode(user=user),
            "webauthn_form": sent if isinstance(sent, ProofKey) else ProofKey(user=user),
            "has_passkey": has_passkey(user),
            "next": self.way_on(),
        }
        if context["has_passkey"]:
            context["js_data"] = {"request_options": passkeys.begin_authentication(user)}
        return super().get_context_data(**kwargs) | context
