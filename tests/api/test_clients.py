"""The committed clients are what the description gives, and the Python one does what it says, over HTTP."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from clients import javascript_code, python_code
from clients.operations import ROOT
from clients.python.license_recovery import LicenseRecovery, Problem, pages
from licensing.models import License
from licensing.support.revocation import revoke
from tests import factories
from tests.api.caller import EMAIL
from tests.api.conftest import NEW, OLD
from tests.api.vendor.conftest import made as made_key
from tests.api.vendor.ground import laid
from tests.kit.mails import code_in
from tests.kit.node import read_until, started, type_in
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
def test_the_readmes_first_lines_look_and_the_next_change_one_license(
    live_server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    ground = laid()
    other = factories.license()
    look, change, _ = readme("python", service=live_server.url, license=ground.license)
    names: dict[str, object] = {}
    exec(look, names)
    assert "purchases:write" in capsys.readouterr().out
    assert not License.objects.exclude(revoked_at=None).exists()
    exec(change, names)
    assert capsys.readouterr().out == "ended\n"
    assert License.objects.get(pk=ground.license.pk).revoked_reason == "Sold on against the terms"
    assert License.objects.get(pk=other.pk).revoked_at is None


@at_the_service
@pytest.mark.journey
def test_the_readmes_javascript_shows_the_revoked_and_restores_one(
    live_server: LiveServer, tmp_path: Path
) -> None:
    ground = laid()
    revoke(ground.license.pk, by="grace", reason="Sold on", now=timezone.now())
    look, change, _ = readme("javascript", service=live_server.url, license=ground.license)
    with started(beside_client(tmp_path, look + change)) as node:
        said, _ = node.communicate(timeout=60)
    assert f"{ground.license.pk} {ground.license.edition.sku} Sold on" in said
    assert said.endswith("active\n")
    assert License.objects.get(pk=ground.license.pk).revoked_at is None


@at_the_service
@pytest.mark.journey
def test_the_readmes_lines_of_a_customer_show_the_key(
    live_server: LiveServer,
    license_id: str,
    smtp: SmtpServer,
    deliver: Callable[[], int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    def typed(question: str) -> str:
        return EMAIL if question == "Email: " else str(deliver() and code_in(smtp.messages[-1]))

    *_, lines = readme("python", service=live_server.url)
    exec(lines, {"input": typed})
    assert OLD in capsys.readouterr().out


@at_the_service
@pytest.mark.journey
def test_the_readmes_javascript_of_a_customer_shows_the_key(
    live_server: LiveServer, license_id: str, smtp: SmtpServer, deliver: Callable[[], int], tmp_path: Path
) -> None:
    *_, lines = readme("javascript", service=live_server.url)
    with started(beside_client(tmp_path, lines)) as node:
        read_until(node, "Email: ")
        type_in(node, EMAIL)
        read_until(node, "Code in the mail: ")
        deliver()
        type_in(node, code_in(smtp.messages[-1]))
        assert OLD in read_until(node, "}")


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_an_example_of_the_readme_that_cannot_run_alone_says_so(language: str) -> None:
    blocks = re.findall(rf"```{language}\n(.*?)```", (ROOT / "clients" / "README.md").read_text(), re.DOTALL)
    alone = ["import" in each for each in blocks]
    goes_on = ["Goes on in the same file. Replace the id." in each.partition("\n")[0] for each in blocks]
    assert alone == [not each for each in goes_on] == [True, False, True]


def test_the_javascript_client_says_where_a_secret_belongs(tmp_path: Path) -> None:
    lines = """import { LicenseRecovery } from "./license-recovery.mjs";
    const service = new LicenseRecovery("http://127.0.0.1:9");
    try { await service.proveMailbox("an id", { code: "7K2M-9QXD", secret: "a secret" }); }
    catch (error) { console.log(error.name, error.message); }"""
    with started(beside_client(tmp_path, lines)) as node:
        said, _ = node.communicate(timeout=60)
    assert said.startswith("TypeError The secret goes into an object of its own, the last argument")


def readme(language: str, *, service: str, license: License | None = None) -> list[str]:
    """Its examples, with what a reader fills in."""
    text = (ROOT / "clients" / "README.md").read_text()
    text = text.replace("https://recover.example.com", service).replace("lr_…", made_key()[1])
    text = text.replace("018f3414-2c02-7e52-8d11-0b6f3f0c9a41", str(license and license.pk))
    text = text.replace("from license_recovery", "from clients.python.license_recovery")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def beside_client(folder: Path, lines: str) -> Path:
    """A program of these lines, and a copy of the client; no package.json."""
    shutil.copy(javascript_code.FILE, folder)
    program = folder / "program.mjs"
    program.write_text(lines)
    return program


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
