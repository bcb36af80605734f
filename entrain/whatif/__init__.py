"""The controller on other inputs than it had: a forecast, another policy, a recording, the days ahead."""
