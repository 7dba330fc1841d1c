"""The forms of signing in. What they check is checked elsewhere, under its limits."""

from typing import Any, ClassVar, Final

from allauth.account.forms import LoginForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal import auth as passkeys
from django import forms
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config.staff import limits
from config.staff.adapters import TOO_MANY
from config.staff.codes import TooManyTries, accepted, step_of
from config.staff.roles import Role
from licensing.network import client_ip

LONGEST_PASSWORD = 200  # longer ones only keep the processor busy
TOO_MANY_CODES = "Too many tries. Wait a quarter of an hour, or use a passkey or a recovery code."
TOO_MANY_RECOVERY_CODES = "Too many tries. Wait an hour, or use your app or a passkey."


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.validators.append(MaxLengthValidator(LONGEST_PASSWORD))
        password.widget.attrs = {"autocomplete": "current-password", "maxlength": LONGEST_PASSWORD}
        password.help_text = ""
        self.fields["login"].label = "Name"
        self.fields["login"].widget.attrs = {"autocomplete": "username", "maxlength": 150}
        self.fields["login"].widget.attrs |= {
            "autofocus": True,
            "autocapitalize": "none",
            "spellcheck": "false",
        }

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """A key that the browser brought along is not the one that knows half the proof."""
        request.session.cycle_key()
        response: HttpResponse = super().login(request, redirect_url)
        return response


class OneCode(forms.Form):
    """A code of the app, or a recovery code, in the same field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = "Code"
        code.validators.append(MaxLengthValidator(40))
        code.widget.attrs = {
            "autocomplete": "one-time-code",
            "autofocus": True,
            "maxlength": 40,
            "spellcheck": "false",
        }

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        user, request = self.user, context.request  # type: ignore[attr-defined]  # allauth's form sets it
        try:
            found = accepted(user, code, ip=client_ip(request), now=timezone.now())
        except TooManyTries:
            raise ValidationError(TOO_MANY_CODES if len(code) <= 8 else TOO_MANY_RECOVERY_CODES) from None
        if not found:
            raise ValidationError("That code is not right, or was used already. Wait for the next one.")
        found.user = user
        self.authenticator = found
        return code


class SignInCode(OneCode, AuthenticateForm):
    """The second step of signing in."""


class ProofCode(OneCode, ReauthenticateForm):
    """Once more, before something sensitive."""


NO_PASSKEY: Final = "That was not accepted. Try again, or use a code."


class Readable:
    """What a browser sends of a passkey is JSON of any shape: one that the library stumbles over is a wrong one."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # of allauth's forms
        except (AttributeError, LookupError, TypeError, ValueError):
            raise ValidationError(NO_PASSKEY) from None


class SignInKey(Readable, AuthenticateWebAuthnForm):
    """A passkey or security key as the second step."""


class ProofKey(Readable, ReauthenticateWebAuthnForm):
    """The same, once more."""


class NewKey(AddWebAuthnForm):
    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except (AttributeError, LookupError, TypeError, ValueError):
            raise ValidationError(NO_PASSKEY) from None
        return cleaned


class OwnWord(LoginWebAuthnForm):
    """The passkey's own word that it knew its owner counts, not what was asked of it: the challenge may be one of the
    second step, which asks for less."""

    def clean_credential(self) -> Authenticator:
        answer = passkeys.parse_authentication_response(self.cleaned_data["credential"])
        if not answer.response.authenticator_data.is_user_verified():
            raise ValidationError("This passkey did not ask who you are. Sign in with your password first.")
        return super().clean_credential()  # which checks that the passkey really said so


class PasskeyAlone(Readable, OwnWord):
    """A passkey in place of everything else."""


class NewApp(ActivateTOTPForm):
    """The first code of an authenticator app shows that it was set up right; it is used up by that."""

    step = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code that the app shows now"
        self.fields["code"].widget.attrs = {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "maxlength": 10,
        }

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        now, request = timezone.now(), context.request
        uses = limits.of_code(self.user, ip=client_ip(request))
        if not limits.taken(uses, now=now):
            raise ValidationError(TOO_MANY)
        step = step_of(self.secret, code)
        if step is None:
            raise ValidationError("That is not the code. Is the clock of your phone right?")
        limits.give_back(uses, now=now)
        self.step = step
        return code


class NewPassword(BaseUserCreationForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Twice, checked by the validators of the settings."""

    HINT: ClassVar = "At least 12 characters; a few unrelated words are good."

    class Meta:
        model = User
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("password1", "Password"), ("password2", "The same once more")):
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs = {"autocomplete": "new-password", "maxlength": LONGEST_PASSWORD}
        self.fields["password1"].help_text = self.HINT


NAMES: Final = (
    "To sign in with, in one word: letters, digits and . - _ + @, no spaces. For example ana.agent."
)


class NewPerson(forms.Form):
    name = forms.CharField(max_length=150, help_text=NAMES)
    email = forms.EmailField()
    role = forms.ChoiceField(choices=[(role.value, role.value) for role in Role], initial=Role.AGENT.value)
