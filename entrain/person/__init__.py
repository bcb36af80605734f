"""Somebody who practises here: what is kept of a person, and what a pseudonym is. Plain data, no file."""
