"""For all tests: on a busy machine a property may take its time; what is wrong shows in other ways."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
