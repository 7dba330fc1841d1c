"""The whole road of somebody of support in a real browser, passkeys of a virtual authenticator included."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from fido2.utils import websafe_encode
from playwright.sync_api import Page

from config.staff.accounts import add
from config.staff.models import TotpStep
from config.staff.roles import Role, make_roles
from tests.browser.conftest import NewBrowser
from tests.staff.people import PASSWORD, code_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def invitation(site: str, settings: LazySettings) -> str:
    """Its link, at an address for which browsers make passkeys."""
    settings.SESSION_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME = "sessionid"
    make_roles()
    _user, link = add(
        name="ada", email="ada@vendor.example", role=Role.ADMINISTRATOR, by="command", now=timezone.now()
    )
    return link


def with_authenticator(page: Page, *, knows_owner: bool = True) -> Any:
    """A phone or laptop that makes passkeys, and knows its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    about = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": knows_owner,
        "isUserVerified": knows_owner,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": about})
    return devtools


def choose_password(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()


def set_up_app(page: Page) -> str:
    """The app's secret."""
    page.get_by_role("link", name="Set up an authenticator app").click()
    page.get_by_text("Type it instead").click()
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows now").fill(code_at(timezone.now(), secret=secret))
    page.get_by_role("button", name="Set it up").click()
    return secret


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(re.compile(r"/console/login/"))


def type_password(page: Page, *, name: str = "ada") -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def next_code(secret: str) -> str:
    """As if half a minute had passed."""
    TotpStep.objects.all().delete()
    return code_at(timezone.now(), secret=secret)


def is_in(page: Page) -> bool:
    return page.get_by_role("searchbox", name="Find a customer").is_visible()


def test_the_whole_road(new_browser: NewBrowser, invitation: str) -> None:
    page = new_browser().new_page()
    with_authenticator(page)

    choose_password(page, invitation)
    assert "a password alone opens nothing here" in page.locator(".note").inner_text()
    secret = set_up_app(page)
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download").click()
    assert Path(saved.value.path()).read_text().split("\n")[:10] == codes
    page.get_by_role("button", name="I have kept them").click()
    page.goto("/console/")
    assert is_in(page)

    page.goto("/console/you/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url(re.compile(r"/console/you/$"))
    assert "Passkey 1" in page.locator("#content").inner_text()

    sign_out(page)
    type_password(page)
    page.get_by_label("Code").fill(next_code(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert is_in(page)

    sign_out(page)
    type_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile(r"/console/$"))
    assert is_in(page)

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r"/console/$"))
    assert is_in(page)

    sign_out(page)
    type_password(page)
    page.get_by_label("Code").fill(codes[3])
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert is_in(page)
    page.goto("/console/you/")
    assert "9 left of 10" in page.locator("#content").inner_text()


def test_proves_with_a_passkey_and_comes_back(new_browser: NewBrowser, invitation: str) -> None:
    page = new_browser().new_page()
    with_authenticator(page)
    choose_password(page, invitation)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("button", name="I have kept them").click()

    make_proof_old(timezone.now())
    page.goto("/console/licensing/customer/everything/")
    assert page.get_by_role("heading", name="Is it still you?").is_visible()
    page.get_by_role("button", name="Use a passkey").click()

    page.wait_for_url(re.compile(r"/everything/$"))


def make_proof_old(now: datetime) -> None:
    """Six minutes pass for the second factor, in all sessions."""
    for session in Session.objects.all():
        data = session.get_decoded()
        data["staff_proved"][1] = (now - timedelta(minutes=6)).timestamp()
        session.session_data = SessionStore().encode(data)
        session.save()


def test_says_so_when_the_device_has_no_passkey(new_browser: NewBrowser, invitation: str) -> None:
    page = new_browser().new_page()
    devtools = with_authenticator(page)
    choose_password(page, invitation)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("button", name="I have kept them").click()
    sign_out(page)
    devtools.send("WebAuthn.disable")
    with_authenticator(page)

    page.get_by_role("button", name="Sign in with a passkey").click()

    page.get_by_role("alert").get_by_text("Try again, or use a code").wait_for()


def test_works_without_javascript_and_by_keyboard(new_browser: NewBrowser, invitation: str) -> None:
    page = new_browser(java_script_enabled=False).new_page()
    choose_password(page, invitation)
    secret = set_up_app(page)
    page.get_by_role("button", name="I have kept them").press("Enter")
    sign_out(page)

    page.locator("#id_login:focus").wait_for()
    assert page.get_by_role("button", name="Sign in with a passkey").is_hidden()
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#id_code:focus").wait_for()
    page.keyboard.type(next_code(secret))
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"/console/$"))
    assert is_in(page)


def test_a_key_that_does_not_know_its_owner_is_no_passkey(
    new_browser: NewBrowser, invitation: str, settings: LazySettings
) -> None:
    """Mallory has an account and found Ada's security key: a challenge of his own second step, which asks for no PIN,
    must not sign him in as Ada by the way that asks for no password."""
    page = new_browser().new_page()
    with_authenticator(page, knows_owner=False)
    _user, link_of_mallory = add(
        name="mallory", email="m@vendor.example", role=Role.AGENT, by="command", now=timezone.now()
    )
    for link in (invitation, link_of_mallory):
        choose_password(page, link)
        page.get_by_role("link", name="Add a passkey").click()
        page.get_by_label("Sign in with it alone").uncheck()
        page.get_by_role("button", name="Add it").click()
        page.get_by_role("button", name="I have kept them").click()
        sign_out(page)

    type_password(page, name="mallory")
    settings.ACCOUNT_LOGIN_TIMEOUT = (
        -1
    )  # a quarter of an hour passes: his own sign-in is forgotten, its challenge not
    answer = page.evaluate(FORGED, list(key_of("ada")))

    assert answer.endswith("/console/login/")
    page.goto("/console/")
    assert not is_in(page)


def key_of(name: str) -> tuple[str, str]:
    """Its id, and that of its owner, as a browser would send them."""
    key = Authenticator.objects.get(user__username=name, type=Authenticator.Type.WEBAUTHN)
    credential = key.wrap().authenticator_data.credential_data
    return websafe_encode(credential.credential_id), websafe_encode(str(key.user_id).encode())


FORGED = """async ([id, owner]) => {
    const asked = JSON.parse(document.getElementById('passkey-data').textContent).request_options;
    asked.publicKey.allowCredentials = [{type: 'public-key', id}];
    const credential = await webauthnJSON.get(asked);
    credential.response.userHandle = owner;
    const form = new FormData(document.getElementById('passkey-form'));
    form.set('credential', JSON.stringify(credential));
    return (await fetch('/console/login/passkey/', {method: 'POST', body: new URLSearchParams(form)})).url;
}"""
