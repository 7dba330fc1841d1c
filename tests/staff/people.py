"""Somebody of support as they sign in: a name, a password, an app that shows codes, and a browser."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from config.staff.models import TotpStep
from config.staff.roles import Role, give_role, make_roles

PASSWORD = "several plain words here"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of the documentation of TOTP, known to everybody
SIGN_IN, SECOND_STEP = "/console/login/", "/console/login/second-step/"


def code_at(moment: datetime, *, secret: str = SECRET) -> str:
    """What the app shows then."""
    return str(format_hotp_value(hotp_value(secret, int(moment.timestamp()) // 30)))


def wrong_code() -> str:
    """Six digits that no step near now shows."""
    now = timezone.now()
    near = {code_at(now + timedelta(seconds=30 * step)) for step in range(-5, 6)}
    return next(digits for digits in map(str, range(100_000, 100_020)) if digits not in near)


@dataclass
class Person:
    """An account with a password and an authenticator app, unless said otherwise, and its owner's browser."""

    user: User
    client: Client = field(default_factory=Client)

    def type_password(self, password: str = PASSWORD, **more: Any) -> Any:
        form = {"login": self.user.username, "password": password, **more}
        return self.client.post(SIGN_IN, form)

    def type_code(self, code: str = "", **more: Any) -> Any:
        return self.client.post(SECOND_STEP, {"code": code or self.code(), **more})

    def code(self) -> str:
        """The next one: as if half a minute had passed since the last."""
        TotpStep.objects.filter(authenticator__user=self.user).delete()
        return code_at(timezone.now())

    def sign_in(self) -> "Person":
        self.type_password()
        assert self.type_code()["Location"] == "/console/"
        return self

    def elsewhere(self) -> "Person":
        """The same person with another browser."""
        return Person(self.user)

    def recovery_codes(self) -> list[str]:
        return list(RecoveryCodes.activate(self.user).get_unused_codes())

    @property
    def session_key(self) -> str:
        return str(self.client.session.session_key)

    def is_in(self) -> bool:
        return self.client.get("/console/").status_code == 200


def with_session(key: str) -> Client:
    """Another browser that got hold of the session's cookie."""
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    return thief


def person(name: str = "grace", *, role: Role = Role.ADMINISTRATOR, with_app: bool = True) -> Person:
    make_roles()
    user = User.objects.create_user(name, f"{name}@vendor.example", PASSWORD, is_staff=True)
    give_role(user, role)
    if with_app:
        add_app(user)
    return Person(user)


def add_app(user: User) -> Authenticator:
    return TOTP.activate(user, SECRET).instance


def secret_on(page: Any) -> str:
    """The secret that the page offers to type into an app."""
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.content.decode())
    assert found
    return found[1].replace(" ", "")
