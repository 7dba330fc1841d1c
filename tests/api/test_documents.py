"""What docs/api.md and docs/api-dialog.md tell others to do, done as they tell it, over HTTP."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_django.live_server_helper import LiveServer

from licensing.models import License, Product
from tests.api.caller import EMAIL
from tests.api.conftest import NEW, OLD
from tests.api.documented import DOCS, blocks, javascript_program, python_call, python_dialog
from tests.kit.mails import code_in
from tests.kit.node import read_until, started, type_in
from tests.kit.smtp import SmtpServer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_the_shells_lines_recover_a_key_and_move_a_license(
    live_server: LiveServer, license_id: str, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    Product.objects.update(name="Clip Cutter Pro")
    shell = subprocess.Popen(
        ["bash", "-eu"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert shell.stdin
    assert shell.stdout
    ask, prove, move = blocks("api.md", "sh")
    shell.stdin.write(ask.replace("http://127.0.0.1:8000", live_server.url) + "\necho\necho ASKED\n")
    shell.stdin.flush()
    for line in shell.stdout:
        if line.strip() == "ASKED":
            break
    deliver()
    shell.stdin.write(
        re.sub(r"^CODE=.*$", f"CODE={code_in(smtp.messages[-1])}", prove, flags=re.MULTILINE) + move
    )
    said, _ = shell.communicate(timeout=60)
    assert (shell.returncode, said.split()) == (0, [OLD, "allowed", NEW, "undone"])


def test_the_python_dialog_recovers_a_key_after_mistyped_codes(
    live_server: LiveServer, license_id: str, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    dialog, shown, asked = python_dialog(), [], []

    def show(what: str) -> None:
        shown.append(what)
        deliver()

    def typed(question: str) -> str:
        asked.append(question)
        mistyped = {1: EMAIL, 2: "7K2", 3: "0000-000U"}
        return mistyped.get(len(asked)) or code_in(smtp.messages[-1])

    dialog.print, dialog.input, dialog.time = show, typed, SimpleNamespace(sleep=lambda seconds: None)
    python_call(dialog, service=live_server.url, sku=License.objects.get().edition.sku)
    assert shown == ["waiting", "accepted", OLD]
    assert "8 letters and digits" in asked[2]
    assert "not the code" in asked[3]


def test_the_python_dialog_says_what_is_wrong_with_an_address(live_server: LiveServer) -> None:
    dialog = python_dialog()
    with pytest.raises(dialog.Refused, match="@"):
        dialog.recovered_key(live_server.url, "anna.example.com", "any", print, input)


def test_the_python_dialog_asks_for_no_code_that_cannot_come(
    live_server: LiveServer, license_id: str, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    smtp.script(stage="rcpt", reply="550 5.1.1 There is nobody of that name")
    shown: list[str] = []

    def show_mail(state: str) -> None:
        shown.append(state)
        deliver()

    sku = License.objects.get().edition.sku
    assert python_dialog().recovered_key(live_server.url, EMAIL, sku, show_mail, pytest.fail, pause=0) is None
    assert shown == ["waiting", "refused"]


def test_the_javascript_dialog_recovers_a_key_in_node(
    live_server: LiveServer, license_id: str, smtp: SmtpServer, deliver: Callable[[], int], tmp_path: Path
) -> None:
    program = tmp_path / "dialog.mjs"
    program.write_text(javascript_program(service=live_server.url, sku=License.objects.get().edition.sku))
    with started(program) as node:
        read_until(node, "Email: ")
        type_in(node, EMAIL)
        read_until(node, "waiting")
        deliver()
        read_until(node, "Code: ")
        type_in(node, "7K2")
        hint = read_until(node, "Code: ")
        type_in(node, code_in(smtp.messages[-1]))
        said = read_until(node, OLD)
    assert "8 letters and digits" in hint
    assert said.endswith(OLD)


def test_every_path_of_the_examples_is_one_of_ours() -> None:
    text = (DOCS / "api-dialog.md").read_text()
    for language in ("python", "javascript", "csharp", "swift"):
        block = blocks("api-dialog.md", language)[0]
        for part in (
            "recovery-requests/",
            "verify/",
            "licenses/",
            "access_token",
            "wrong_code",
            "accepted",
            "errors",
        ):
            assert part in block, language
    assert "api.md" in text
