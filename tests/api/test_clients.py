"""The committed clients are what the description gives, and the Python one does what it says, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

import pytest
from pytest_django.live_server_helper import LiveServer

from clients import javascript_code, python_code
from clients.operations import ROOT
from clients.python.license_recovery import LicenseRecovery, Problem, pages
from licensing.models import License
from tests import factories
from tests.api.caller import EMAIL
from tests.api.conftest import NEW, OLD
from tests.api.vendor.conftest import made as made_key
from tests.api.vendor.ground import laid
from tests.kit.mails import code_in
from tests.kit.smtp import SmtpServer
from tests.licensing.sources.generators import Generator

at_the_service = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", [python_code, javascript_code], ids=["python", "javascript"])
def test_the_committed_client_is_what_the_description_gives(language: ModuleType) -> None:
    """Else: make clients"""
    assert language.FILE.read_text() == language.code()


@at_the_service
@pytest.mark.journey
def test_recovers_a_key_and_moves_the_license(
    live_server: LiveServer, license_id: str, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    service = LicenseRecovery(live_server.url)
    asked = service.ask_for_mail(email=EMAIL)
    deliver()
    with pytest.raises(Problem) as refused:
        service.prove_mailbox(asked["id"], secret=asked["secret"], code="0000-000U")
    assert (refused.value.code, refused.value.status) == ("wrong_code", 422)
    proved = service.prove_mailbox(asked["id"], secret=asked["secret"], code=code_in(smtp.messages[-1]))
    (license,) = service.list_licenses(token=proved["access_token"])["licenses"]
    assert license["key"] == {"code": OLD, "file": None}
    moved = service.move_license(license["id"], token=proved["access_token"], to="macos")
    assert moved["license"]["key"] == {"code": NEW, "file": None}


@at_the_service
@pytest.mark.journey
def test_the_lines_of_the_clients_readme_do_what_they_say(live_server: LiveServer) -> None:
    ground = laid()
    (lines,) = re.findall(r"```python\n(.*?)```", (ROOT / "clients" / "README.md").read_text(), re.DOTALL)
    lines = lines.replace("https://recover.example.com", live_server.url).replace("lr_…", made_key()[1])
    exec(lines.replace("from license_recovery", "from clients.python.license_recovery"), {})
    assert License.objects.get(pk=ground.license.pk).revoked_reason == "Sold on against the terms"


@at_the_service
@pytest.mark.journey
def test_pages_through_a_list_and_tells_what_was_refused(live_server: LiveServer) -> None:
    orders = [str(factories.purchase().pk) for _ in range(5)]
    service = LicenseRecovery(live_server.url, api_key=made_key(per_minute=4)[1])
    assert [each["id"] for each in pages(service.list_purchases, limit=2)] == orders[::-1]
    service.show_key()
    with pytest.raises(Problem) as refused:
        service.list_purchases()
    assert refused.value.code == "too_many_calls"
    assert refused.value.retry_after


def test_asks_only_where_it_was_told_to() -> None:
    with pytest.raises(ValueError, match="https"):
        LicenseRecovery("file:///etc/passwd")


def test_takes_its_key_along_to_no_other_host() -> None:
    with Generator() as other, Generator() as service:
        other.says(b"{}", kind="application/json")
        service.says(b"", status=302, Location=other.url)
        with pytest.raises(Problem) as refused:
            LicenseRecovery(f"http://{service.host}", api_key="lr_mine").show_key()
    assert (refused.value.status, other.asked) == (302, [])


@pytest.mark.parametrize("whole", [b'{"id": "01a2', b"<html>Please sign in to this network</html>"])
def test_what_is_not_all_of_an_answer_is_none(whole: bytes) -> None:
    with Generator() as service:
        service.breaks_off(whole) if whole.startswith(b"{") else service.says(whole)
        with pytest.raises(OSError, match="none of the service's"):
            LicenseRecovery(f"http://{service.host}", api_key="lr_mine").show_key()
