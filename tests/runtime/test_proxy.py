"""The proxy's configuration that we hand out lets through what the service takes."""

import re
from pathlib import Path

from django.conf import settings

CONF = (Path(__file__).parents[2] / "deploy" / "nginx.conf").read_text()
BLOCKS = dict(re.findall(r"location (?:= )?(\S+) \{(.*?)\n    \}", CONF, re.DOTALL))
UNITS = {"k": 1024, "m": 1024 * 1024}


def octets_let_through(path: str) -> int:
    """By the longest location that the path lies in, as nginx chooses; without a limit of its own, the server's."""
    block = BLOCKS[max((each for each in BLOCKS if path.startswith(each)), key=len)]
    (number, unit), *_ = re.findall(r"client_max_body_size (\d+)([km]);", block + CONF)
    return int(number) * UNITS[unit]


def test_takes_bodies_as_large_as_the_service_does() -> None:
    limits = settings.BODY_LIMITS | {"/": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
    assert [path for path, limit in limits.items() if octets_let_through(path) < limit] == []
