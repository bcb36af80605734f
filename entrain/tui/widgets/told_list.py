"""What happened, one after the other: when, what, and a text that is set in as far as its column."""

import textwrap
from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from entrain.ports import Told
from entrain.wording.times import clock


class ToldList(Static):
    """As high as its texts are long."""

    DEFAULT_CSS = "ToldList { width: 1fr; height: auto; }"

    def __init__(self, told: Sequence[Told]) -> None:
        super().__init__()
        self._told = told
        self._width = 0

    def on_mount(self) -> None:
        self._draw(76)

    def on_resize(self) -> None:
        if self.size.width != self._width:
            self._draw(self.size.width)

    def _draw(self, width: int) -> None:
        self._width = width
        what = max((len(each.what) for each in self._told), default=0)
        room = max(16, width - what - 11)
        lines: list[Content] = []
        for each in self._told:
            head = Content.assemble(
                (f"{clock(each.t_s):>6}", "$text-muted"), (f"  {each.what:<{what}}  ", "$text")
            )
            for at, part in enumerate(textwrap.wrap(each.text, room) or [""]):
                start = head if at == 0 else Content(" " * head.cell_length)
                lines.append(start + Content.styled(part, "$text-muted"))
        self.update(Content("\n").join(lines))
