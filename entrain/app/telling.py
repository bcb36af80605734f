"""What a use case has to say while it works: a line on the standard error stream."""

import sys


def tell(text: str) -> None:
    print(text, file=sys.stderr)
