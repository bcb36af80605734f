"""Something that goes on beside something else, in the same loop and for as long."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def beside(other: Callable[[], Awaitable[None]] | None) -> AsyncGenerator[None]:
    """Runs `other` until the context ends, then waits for it to put its things away; None: nothing."""
    if other is None:
        yield
        return
    task = asyncio.ensure_future(other())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
