"""`make tour`: the main road without a browser. Starts the demo with data of its own, asks with an address from the
sales file, reads the mails, proves the mailbox, and checks the key against the file. Ends with 0 when all of it was so.
"""

import argparse
import csv
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from demo.browser import Browser, Shown
from demo.mails import Mail, names
from demo.server import HOST, SECONDS_TO_STOP, answers

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 300  # a large sales file is read first
SECONDS_TO_MAIL = 30
MAILED_LINK = re.compile(r"https?://\S+/verify/[\w-]+/")
WIDTH = 78

T = TypeVar("T")


class TourFailed(Exception):
    """A step did not go as it should; the text is the reason."""


@dataclass(frozen=True)
class Sale:
    """One row of the sales file that the tour can ask for."""

    address: str
    key: str
    item: str


def main() -> int:
    parser = argparse.ArgumentParser(prog="make tour", description=__doc__)
    parser.add_argument("--sales", type=Path, required=True)
    try:
        tour(parser.parse_args().sales.resolve())
    except (TourFailed, OSError, subprocess.SubprocessError) as reason:
        print(f"\nThe tour failed: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    print(
        "\nThe tour is over: the key in the mail is the one in the sales file, and nothing was left running."
    )
    return 0


def tour(sales: Path) -> None:
    """Raises `TourFailed` at the first step that goes wrong, after everything was stopped."""
    sale = sale_to_ask_for(sales)
    with tempfile.TemporaryDirectory(prefix="tour-") as folder:
        var, port = Path(folder), free_port()
        say(f"Starting the demo on port {port}")
        with demo_running(sales=sales, var=var, port=port):
            walk(sale, url=f"http://{HOST}:{port}/", mailbox=var / "mailbox")
            say("Stopping everything")
        if left := processes_of(var):
            raise TourFailed(f"these processes are still there: {left}")


def walk(sale: Sale, *, url: str, mailbox: Path) -> None:
    browser = Browser()
    say(f"Asking with {sale.address}, who bought {sale.item}")
    asked = submit(browser, browser.get(url), "/", email=sale.address)
    must(asked.status == 200 and "/requests/" in asked.url, f"asking led to {asked.url} ({asked.status})")
    challenge = mail_number(1, mailbox)
    show(challenge)
    say("Following its link and pressing the button")
    link = MAILED_LINK.search(challenge.text)
    if not link:
        raise TourFailed("the mail has no link")
    licenses = submit(browser, browser.get(link[0]), "/verify/")
    must(licenses.url == f"{url}licenses/", f"the button led to {licenses.url} ({licenses.status})")
    must(licenses.shows(sale.key), "the licenses page does not show the key of the sales file")
    say("The licenses page shows the key; the mail with it:")
    keys = mail_number(2, mailbox)
    show(keys)
    must(
        sale.key in [line.strip() for line in keys.text.splitlines()],
        "the key has no line of its own in the mail",
    )


def sale_to_ask_for(sales: Path) -> Sale:
    """The first buyer of a plain order: one unit, paid, not a gift, with a key. Raises `TourFailed`."""
    try:
        with sales.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if is_plain(row):
                    return Sale(row["Purchase Email"].strip(), row["License Key"], row["Item Name"])
    except (OSError, ValueError, KeyError) as error:
        raise TourFailed(f"{sales} cannot be read as a sales file: {cause_of(error)}") from error
    raise TourFailed(f"{sales} has no plain order with a key to ask for")


def cause_of(error: Exception) -> str:
    return f"it has no column {error}" if isinstance(error, KeyError) else str(error)


def is_plain(row: dict[str, str]) -> bool:
    undone = (row["Refunded?"], row["Fully Refunded?"], row["Disputed?"])
    plain = all(value in ("0", "") for value in undone) and not row["Giftee Email"] and row["Quantity"] == "1"
    return plain and bool(row["License Key"].strip()) and row["Purchase Email"].isascii()


@contextmanager
def demo_running(*, sales: Path, var: Path, port: int) -> Iterator[None]:
    """`make demo` as a user starts it; afterwards it gets the signal of Ctrl-C."""
    command = [sys.executable, "-m", "demo", "--port", str(port), "--sales", str(sales)]
    env = os.environ | {"VAR_DIR": str(var)}
    process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        wait_for(
            lambda: process.poll() is not None or answers(port), "the demo is not ready", SECONDS_TO_START
        )
        must(process.poll() is None, "the demo did not start")
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(2 * SECONDS_TO_STOP)
    must(process.returncode == 0, f"the demo ended with status {process.returncode}")


def submit(browser: Browser, page: Shown, action: str, **typed: str) -> Shown:
    form = page.form(action)
    if not form:
        raise TourFailed(f"{page.url} ({page.status}) has no form that goes to {action}")
    return browser.send(page, form, **typed)


def mail_number(count: int, mailbox: Path) -> Mail:
    """The newest mail, once there are that many."""
    wait_for(lambda: len(names(mailbox)) >= count, f"mail {count} did not come", SECONDS_TO_MAIL)
    return Mail(mailbox / f"{names(mailbox)[0]}.eml")


def show(mail: Mail) -> None:
    """As a person reads it."""
    head = {"From": mail.sender, "To": mail.recipient, "Date": mail.message["Date"], "Subject": mail.subject}
    print("-" * WIDTH, *(f"{name + ':':<9}{value}" for name, value in head.items()), "", sep="\n")
    print(mail.text.rstrip(), "-" * WIDTH, sep="\n", flush=True)


def say(words: str) -> None:
    print(f"\n== {words}", flush=True)


def must(so: bool, otherwise: str) -> None:
    if not so:
        raise TourFailed(otherwise)


def wait_for(condition: Callable[[], T], otherwise: str, seconds: float) -> T:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TourFailed(f"{otherwise} (waited {seconds:.0f} s)")
        time.sleep(0.05)
    return value


def free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind((HOST, 0))
        return int(any_port.getsockname()[1])


def processes_of(var: Path) -> list[int]:
    """Processes that were started for this data, by what stands in their environment (Linux only: /proc)."""
    mark, found = f"VAR_DIR={var}".encode(), []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue  # it ended meanwhile, or is somebody else's
    return found


if __name__ == "__main__":
    sys.exit(main())
