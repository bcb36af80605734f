"""For all tests: on a busy machine a property may take its time; what is wrong shows in other ways."""

import os

from hypothesis import settings

settings.register_profile("unhurried", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("unhurried")
