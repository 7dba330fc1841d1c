"""The web server: `python -m config.web` serves config.wsgi with Granian as the environment says.

Granian's access log stays off: its lines would hold the tokens of mailed links. The proxy in front keeps one
without them (deploy/nginx.conf).
"""

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from config.environment import Environment

# Longer than the embedded worker takes to end the mail in hand; whatever is left then is covered by its lease.
SECONDS_TO_STOP = 25


def main() -> None:
    """Serves until SIGINT or SIGTERM. Raises `UnsafeEnvironment` before anything listens."""
    env = Environment.from_process()
    Granian(
        "config.wsgi:application",
        interface=Interfaces.WSGI,
        address=env.listen,
        port=env.port,
        workers=env.web_workers,
        blocking_threads=env.web_threads,
        workers_kill_timeout=SECONDS_TO_STOP,
        log_level=LogLevels.error if env.mode == "demo" else LogLevels.info,
        log_access=False,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    main()
