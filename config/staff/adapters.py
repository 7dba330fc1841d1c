"""Where allauth is bent to our rules: limits in the database, local addresses only, secrets sealed."""

import base64
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.models import AbstractBaseUser, User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from config.staff import limits
from config.staff.proof import FACTORS
from licensing.keys.sealed import vault
from licensing.network import client_ip

WRONG: Final = "Name and password do not belong together."
TOO_MANY: Final = (
    "Too many tries. Wait a quarter of an hour, or sign in with a passkey: that is possible at any time."
)
SEALED_FOR: Final = "second-factor"  # what the ciphertext is bound to: none opens as something else


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "too_many_login_attempts": TOO_MANY,
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The person, if the password is right. Names that nobody has cost the same, and count the same."""
        now = timezone.now()
        uses = limits.of_password(credentials["username"], ip=client_ip(request), now=now)
        if not limits.taken(uses, now=now):
            raise self.validation_error("too_many_login_attempts")
        user = authenticate(request, **credentials)
        if user is None or not user.is_staff:
            return None
        limits.give_back(uses, now=now)
        return user

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)

    def is_safe_url(self, url: str) -> bool:
        """Only pages of ours, named without a host: threats.md row 20."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """Ours to ask (gate.py): allauth takes a password for proof, we take a second factor only."""
        return False

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        messages.error(request, WRONG)
        return HttpResponseRedirect(reverse("account_login"))

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Only what went wrong: what went well, the next page shows."""
        if level >= messages.ERROR:
            super().add_message(request, level, *args, **kwargs)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Mail goes through the outbox only, and allauth does not know it."""


class MfaAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That was not accepted. A code is good for a minute and for one use.",
        "cannot_delete_authenticator": "This is your only second factor. Add another one first.",
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(vault().encrypt(text.encode(), identity=SEALED_FOR)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return vault().decrypt(base64.b64decode(encrypted_text), identity=SEALED_FOR).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Somebody without a factor would be led to set one up by password alone. Locks the account's row."""
        User.objects.select_for_update().get(pk=authenticator.user_id)
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return bool(others.exclude(pk=authenticator.pk).exists())

    def get_totp_issuer(self) -> str:
        return f"{settings.VENDOR_NAME} console"

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """By the configured address, never by the Host header: a passkey belongs to one site for good."""
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "", "name": f"{settings.VENDOR_NAME} console"}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": user.get_username(), "name": user.get_username()}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}"
