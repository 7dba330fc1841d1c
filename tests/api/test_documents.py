"""What docs/api.md and docs/api-dialog.md tell others to do, done as they tell it, over HTTP."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from licensing.models import License, Product
from tests.api.caller import EMAIL
from tests.api.conftest import NEW, OLD
from tests.api.documented import DOCS, blocks, python_dialog
from tests.kit.mails import code_in
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


def test_the_python_dialog_recovers_a_key_after_a_mistyped_code(
    live_server: LiveServer, license_id: str, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    shown, hints = [], []

    def show_mail(state: str) -> None:
        shown.append(state)
        deliver()

    def ask_code(hint: str) -> str:
        hints.append(hint)
        return "0000-000U" if len(hints) == 1 else code_in(smtp.messages[-1])

    sku = License.objects.get().edition.sku
    key = python_dialog().recovered_key(live_server.url, EMAIL, sku, show_mail, ask_code, pause=0)
    assert key == OLD
    assert shown == ["waiting", "accepted"]
    assert hints[0] == ""
    assert "not the code" in hints[1]


def test_every_path_of_the_examples_is_one_of_ours() -> None:
    text = (DOCS / "api-dialog.md").read_text()
    for language in ("python", "javascript", "csharp", "swift"):
        (block,) = blocks("api-dialog.md", language)
        for part in ("recovery-requests/", "verify/", "licenses/", "access_token", "wrong_code", "withheld"):
            assert part in block, language
    assert "api.md" in text
