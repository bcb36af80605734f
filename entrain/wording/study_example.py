"""The study file that `entrain study init` begins with: a whole one, to be changed."""

from typing import Final

EXAMPLE: Final = """\
title = "Does a beat that follows the heart calm more than one that does not?"
version = "1"
summary = "What is compared, and why, in two sentences."

preset = "desk"          # the session that every arm is made of; or a file beside this one
minutes = 10
design = "cross-over"    # or "parallel": everybody in one arm
people = 24
sessions = 2             # of a person under each arm; with "parallel", in all
washout_days = 2         # between the arms of a cross-over
days_between = 1         # between any two sessions of a person
blocks = [2, 4]          # people; drawn among these sizes
strata = ["new", "practised"]
primary = "tension_change"   # or "pulse_change_bpm", "rmssd_change_ms": after minus before
scales = ["SUDS"]

[arm.listening]
kind = "closed loop"

[arm.steady]
kind = "fixed"

# Other kinds: "tempo = pulse", "quicker", "beat without guide", "guide without beat", "sitting quietly".

[consent]
version = "1"
text = "What taking part means, what is kept, and that one may leave at any time without a reason."

[stop]
severity = 3             # an event so severe ends that person's part (1 mild … 5 fatal)
events = 2               # so many of those end the study
"""
