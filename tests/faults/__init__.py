"""What must survive: servers and workers killed, stopped and hung under the running service."""

import pytest

pytest.register_assert_rewrite("tests.faults.history")  # so that its assertions say what they found
