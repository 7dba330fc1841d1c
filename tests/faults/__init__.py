"""What must survive: servers and workers killed, stopped and hung under the running service."""

import pytest

# So that their assertions say what they found.
pytest.register_assert_rewrite("tests.faults.history", "tests.faults.ledger", "tests.faults.visitors")
