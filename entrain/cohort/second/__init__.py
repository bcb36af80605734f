"""A second simulated person of another structure, kept for judging: nothing is tuned on it.

Written from the literature before the methods it judges were looked at. Where `devices/simulated` adds
waves to a rate, here a circulation closes its own loop beat by beat, and its resonance is nowhere written
down; where that one's breath is a phase-locked loop, here each breath is decided as it begins; where that
one's strap loses beats one by one, here faults come in runs. `heart.SecondHeart` is the device.
"""
