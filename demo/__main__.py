"""`make demo`: the whole service on this machine, with a shop's sales in it and a mailbox page instead of mail."""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from demo import envfile
from demo.server import HOST, CannotStart, Server, possible_port, refuse_a_taken_port

ROOT = Path(__file__).resolve().parent.parent
SAID = """
  License Recovery, the demo. Everything stays on this computer.

    Customer page   {url}/
    Mailbox         {url}/mailbox/
    Console         {url}/console/   login: support   password: {password}

    Try it with     {buyers}

    Commands        MODE=demo PORT={port} VAR_DIR={folder} ENV_FILE={folder}/demo.env .venv/bin/python manage.py …

  Ctrl-C stops it; `make demo` finds the data in {folder} again.
"""


def main() -> None:
    options = arguments()
    # SIGINT too: a shell that starts programs in the background has it ignored.
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, as_ctrl_c)
    try:
        run(port=possible_port(options.port), sales=options.sales)
    except KeyboardInterrupt:
        print("\nStopped.")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--port", default="8000")
    parser.add_argument("--sales", type=Path, required=True)
    return parser.parse_args()


def as_ctrl_c(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(*, port: int, sales: Path) -> None:
    """Until a signal comes. Raises `CannotStart` with the reason in a sentence."""
    refuse_a_taken_port(port)
    sales = sales.resolve()
    if not sales.is_file():
        raise CannotStart(
            f"There is no file {sales}. Name your shop's export: make demo SALES=path/to/sales.csv"
        )
    folder = Path(os.environ.get("VAR_DIR") or "var").resolve()
    kept = envfile.read_or_make(folder)
    set_environment(port=port, folder=folder, kept=kept)
    buyers = prepared(sales)
    with Server(port, cwd=ROOT) as server:
        server.wait_until_ready()
        url = f"http://{HOST}:{port}"
        print(
            words(url=url, port=port, folder=folder, password=kept[envfile.PASSWORD], buyers=buyers),
            flush=True,
        )
        server.wait()


def set_environment(*, port: int, folder: Path, kept: dict[str, str]) -> None:
    """For this process and the web process. Whatever else is set and unsafe in a demo, the settings refuse."""
    os.environ |= kept | {
        "MODE": "demo",
        "PORT": str(port),
        "LISTEN": HOST,
        "PUBLIC_URL": f"http://{HOST}:{port}",
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    os.environ.setdefault("LOG_LEVEL", "WARNING")


def words(*, url: str, port: int, folder: Path, password: str, buyers: list[str]) -> str:
    """What stands on the terminal while it runs; one address a line."""
    below = "\n" + " " * 20
    return SAID.format(url=url, port=port, folder=folder, password=password, buyers=below.join(buyers))


def prepared(sales: Path) -> list[str]:
    """The database made ready; the addresses of some buyers to try."""
    command = [sys.executable, "manage.py", "prepare_demo", str(sales)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    if done.returncode:
        raise CannotStart("The demo was not started; the reason stands above.")
    return done.stdout.split()


if __name__ == "__main__":
    main()
