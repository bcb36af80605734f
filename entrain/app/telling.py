"""What a use case has to say while it works: a line on the standard error stream."""

import sys


def tell(text: str) -> None:
    """A line on stderr, for people."""
    print(text, file=sys.stderr)
