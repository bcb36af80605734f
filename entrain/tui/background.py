"""Work that takes its time, in a thread, so that no key has to wait for a disk."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from textual.dom import DOMNode

from entrain.errors import EntrainError

T = TypeVar("T")


def in_background(
    node: DOMNode,
    work: Callable[[], T],
    then: Callable[[T], object],
    failed: Callable[[str], object],
    group: str = "background",
) -> None:
    """Call `then` with what `work` returned, or `failed` with what went wrong and what to do about it.

    Both are called in the app's own thread. Newer work of the same group takes the place of older; when the
    node goes, so does its work.
    """

    async def do() -> None:
        try:
            outcome = await asyncio.to_thread(work)
        except EntrainError as fault:
            failed(f"{fault.message} {fault.advice}".strip())
        else:
            then(outcome)

    node.run_worker(do(), exclusive=True, group=group, exit_on_error=False)
