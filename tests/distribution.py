"""Which tests pytest-xdist keeps together: those that share one running service, which takes seconds to start.

xdist's own mark for this, `xdist_group`, is without effect under pytest 9.2, whose node ids it cannot extend.
"""

from typing import Any

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

TOGETHER = ("tests/journeys/", "tests/faults/")


class ByService(LoadGroupScheduling):  # type: ignore[misc]  # xdist publishes no types
    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Any:
    # Long tests take minutes each, so that a service for each worker is soon paid for.
    return None if config.option.markexpr == "long" else ByService(config, log)
