"""What stands on the screen when it was too much: no figures, nothing to do, two ways on.

The five things to look for are a common way of coming back to where one is; that it helps everybody is not
known, so a person or a practice can have a text of their own.
"""

from typing import Final

TITLE: Final = "It is quiet now."
TEXT: Final = """\
You need do nothing. Breathe as you like.

Feel your feet on the floor, and what you sit on.
Look around, and name for yourself five things that you see.
Then something you hear. Then something you can touch.

Take all the time you want."""
LEFT_OUT: Final = "Kept: this was not right for you. {voice} is not offered to you any more."
KEPT: Final = "Kept: this was not right for you."
