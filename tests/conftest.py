"""For all tests.

On a busy machine a property may take its time; what is wrong shows in other ways.

Where tests run in several processes (`script/test` does that), a file's tests stay in one of them, with the
sessions they share. What plays into a real sound server in real time says so by a group of its own
(`tests.support.pulse.IN_REAL_TIME`): one process has them all, so that they never wait for each other.
"""

import os

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
