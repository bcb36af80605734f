"""Polar's Measurement Data service (PMD), both ways: what is asked of a strap and what it streams.

Source: "Polar Measurement Data Specification for 3rd Party" (Polar Electro, public). Where its words and its
examples disagree (the service's UUID, the sign of differences), the examples are right. Everything is
little-endian. No bytes are sent or waited for here: `control` makes and reads the control point's messages,
`frames` the data's, `delta` the compressed ones among them, `clock` puts the strap's time on a session's.
"""
