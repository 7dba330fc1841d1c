import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings

from clients.python.license_recovery import LicenseRecovery
from demo.data import linked
from tests.kit.mails import code_in
from tests.kit.ports import free_port
from tests.kit.processes import ROOT
from tests.runtime.demo_process import (
    OF_A_REAL_SERVICE,
    SALES,
    Demo,
    begun,
    command,
    demo_process,
    whole_environment,
)

pytestmark = pytest.mark.journey


def refusal(
    folder: Path, *, port: int | str | None = None, sales: Path = SALES, more: dict[str, str] | None = None
) -> str:
    """What it says when it does not start, which must be what happens."""
    done = subprocess.run(
        command(free_port() if port is None else port, sales=sales),
        cwd=ROOT,
        env=whole_environment(folder, **(more or {})),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout
    return done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "smtp://127.0.0.1:25"),
        ("DATABASE_URL", "postgres://127.0.0.1/recovery"),
        ("REDIS_URL", "redis://127.0.0.1/0"),
    ],
)
def test_refuses_settings_of_a_real_service(tmp_path: Path, name: str, value: str) -> None:
    said = refusal(tmp_path, more={name: value})

    assert f"{name}: must not be set in the demo" in said


def test_refuses_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refusal(tmp_path, port=port)

    assert f"Port {port} of 127.0.0.1 is taken" in said
    assert not (tmp_path / "demo.sqlite3").exists()


@pytest.mark.parametrize("port", ["99999", "abc", "0", "-1", "80 80", "", "9" * 5000])
def test_refuses_a_port_that_cannot_be_in_one_line(tmp_path: Path, port: str) -> None:
    said = refusal(tmp_path, port=port)

    assert said == f"PORT must be a whole number from 1 to 65535, not {port!r}: make demo PORT=8000\n"


def test_refuses_a_sales_file_that_is_not_there(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path, sales=tmp_path / "missing.csv")


def test_refuses_a_file_that_is_no_sales_file(tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.csv"
    nonsense.write_text("a,b\n1,2\n")

    assert "The demo was not started" in refusal(begun(tmp_path), sales=nonsense)


def test_refuses_data_whose_secrets_are_lost(tmp_path: Path) -> None:
    database = tmp_path / "demo.sqlite3"
    database.write_bytes(b"somebody's data")

    assert "no demo.env with its secrets" in refusal(tmp_path)
    assert database.read_bytes() == b"somebody's data"


def test_a_sales_file_beside_the_demos_data_stays_a_file(tmp_path: Path, settings: LazySettings) -> None:
    settings.VAR_DIR = tmp_path
    sales = tmp_path / "mine.csv"
    sales.write_text("mine")

    for _ in range(2):
        assert linked(sales).read_text() == "mine"
    assert linked(linked(sales)).read_text() == "mine"
    assert not sales.is_symlink()


def test_ctrl_c_leaves_no_process_and_a_second_start_finds_the_data(tmp_path: Path) -> None:
    with demo_process(begun(tmp_path)) as first:
        buyer = first.buyer()
        first.ask(buyer)
        mails = first.mails(1)
        assert first.running.interrupt() == 0
        first.running.assert_nothing_left()
    with demo_process(tmp_path) as second:
        assert second.buyer() == buyer
        assert second.names() == mails
        assert "Reading" not in second.running.log_text()
    name, data = OF_A_REAL_SERVICE
    assert (tmp_path / name).read_bytes() == data


def test_each_of_the_three_addresses_to_try_has_a_license_that_may_move_at_once(tmp_path: Path) -> None:
    with demo_process(begun(tmp_path)) as demo:
        buyers = demo.buyers()
        verdicts = [verdicts_for(demo, each) for each in buyers]

    assert len(set(buyers)) == 3
    assert all("allowed" in each for each in verdicts)


def verdicts_for(demo: Demo, address: str) -> list[str]:
    """Of each license, asked as an application does."""
    service, before = LicenseRecovery(demo.url), len(demo.names())
    asked = service.ask_for_mail(email=address)
    newest = demo.mails(before + 1)[0]
    code = code_in(demo.folder / "mailbox" / f"{newest}.eml")
    token = service.prove_mailbox(asked["id"], secret=asked["secret"], code=code)["access_token"]
    demo.mails(before + 2)  # with the keys: else it may come instead of the next one
    owned = service.list_licenses(token=token)["licenses"]
    return [service.ask_policy(each["id"], token=token)["verdict"] for each in owned]


def test_a_killed_demo_leaves_no_process(tmp_path: Path) -> None:
    with demo_process(begun(tmp_path)) as demo:
        demo.running.kill9(alone=True)
        demo.running.assert_nothing_left(timeout=20)


def test_only_its_owner_can_read_the_demos_secrets(tmp_path: Path) -> None:
    assert stat.S_IMODE((begun(tmp_path) / "demo.env").stat().st_mode) == 0o600


def test_the_tour_walks_the_main_road_and_leaves_nothing_running(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "demo.tour", "--sales", str(SALES)],
        cwd=ROOT,
        env=whole_environment(tmp_path),
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert "Subject: Your registration keys" in done.stdout
    assert "The tour is over" in done.stdout


def test_the_tour_fails_with_the_reason_when_there_is_nobody_to_ask_for(tmp_path: Path) -> None:
    header = SALES.read_text(encoding="utf-8-sig").splitlines()[0]
    empty = tmp_path / "empty.csv"
    empty.write_text(header + "\n")

    done = subprocess.run(
        [sys.executable, "-m", "demo.tour", "--sales", str(empty)],
        cwd=ROOT,
        env=whole_environment(tmp_path),
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "The tour failed" in done.stderr
