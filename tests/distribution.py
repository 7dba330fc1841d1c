"""Which tests pytest-xdist keeps together: those that share what takes seconds to make, as a running service does.

xdist's own mark for this, `xdist_group`, is without effect under pytest 9.2, whose node ids it cannot extend.
"""

from typing import Any

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

TOGETHER = ("tests/journeys/", "tests/faults/", "tests/console/test_every_page.py")


class ByService(LoadGroupScheduling):  # type: ignore[misc]  # xdist publishes no types
    def _split_scope(self, nodeid: str) -> str:
        return next((each for each in TOGETHER if nodeid.startswith(each)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Any:
    # Long tests take minutes each, so that a service for each worker is soon paid for.
    return None if config.option.markexpr == "long" else ByService(config, log)
