"""A controlled study as data: its protocol, its lot, its seal and its state, all pure functions.

- `protocol` says what a study is; `lots` who gets what, from a seed; `seal` commits to that before the first
  person, so that it can be proved afterwards.
- `records` is the study's log, each line chained to the one before; `standing` tells from it where the study
  and everybody in it stand, and what may come next.
- `blind` says what a session may show while nobody is to know its arm.
- `results` compares the arms by the study's own lot.
"""
