"""How well the second screen keeps up: python -m benchmarks.second_screen [SECONDS]

A real session with a simulated heart runs in a process of its own; a real Chromium on the same machine shows
it. Every frame says which moment of the session it drew, and when; that is held against the session's clock.
Beside that: what serving costs the session, and how soon the first picture is there.
"""

import argparse
import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np

from tests.support.browser import Tab, browser

FRAMES = """new Promise(done => {
  const seen = [];
  const frame = () => {
    const now = window.shown;
    if (now && now.t_s !== null) seen.push([now.t_s, performance.timeOrigin + now.at_ms]);
    seen.length < %d ? requestAnimationFrame(frame) : done(seen);
  };
  frame();
})"""  # fmt: skip


@asynccontextmanager
async def session(*words: str) -> AsyncIterator[tuple[int, list[str]]]:
    """(process, links) of a session with an empty home."""
    with tempfile.TemporaryDirectory() as home:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "entrain", "demo", "--json", "--audio", "none", *words),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=dict(os.environ, ENTRAIN_HOME=home),
        )
        assert process.stderr is not None
        links: list[str] = []
        while words and len(links) < 2:
            links += re.findall(r"http\S+", (await process.stderr.readline()).decode())
        try:
            yield process.pid, links
        finally:
            process.kill()
            await process.wait()


def cpu_s(pid: int) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def share_of_a_core(pid: int, seconds: float) -> float:
    before_s, from_s = cpu_s(pid), time.monotonic()
    await asyncio.sleep(seconds)
    return (cpu_s(pid) - before_s) / (time.monotonic() - from_s)


async def lag_ms(tab: Tab, n_frames: int) -> np.ndarray:
    """How far each drawn frame was from where the session stood then.

    The session's answer to "what time is it?" bounds its clock from both sides; the tightest bounds over all
    answers, a tenth of a millisecond on a loopback, are what the frames are held against.
    """
    frames = np.array(await tab.ask(FRAMES % n_frames))
    low_s, high_s = await tab.ask(
        "(async () => { let low = -Infinity, high = Infinity; for (let i = 0; i < 300; i++) {"
        " const answer = await new Promise(done => { const s = performance.now();"
        " const old = socket.onmessage; socket.onmessage = event => { const m = JSON.parse(event.data);"
        " if (m.kind !== 'time' || m.ping !== s) return old(event); socket.onmessage = old;"
        " done([s, performance.now(), m.t_s]); }; socket.send(JSON.stringify({ping: s})); });"
        " const [sent, got, t] = answer.map((v, k) => k < 2 ? (v + performance.timeOrigin) / 1000 : v);"
        " low = Math.max(low, t - got); high = Math.min(high, t - sent);"
        " await new Promise(done => setTimeout(done, 60)); }"
        " return [low, high]; })()"
    )
    print(f"the session's clock is known within {(high_s - low_s) * 1000:.2f} ms")
    return (frames[:, 0] - (frames[:, 1] / 1000 + (low_s + high_s) / 2)) * 1000


async def measured(seconds: float) -> None:
    async with session() as (pid, _):
        await asyncio.sleep(5)
        alone = await share_of_a_core(pid, seconds)
    async with session("--share") as (pid, links), AsyncExitStack() as stack:
        await asyncio.sleep(5)
        nobody = await share_of_a_core(pid, seconds)
        tabs = [await stack.enter_async_context(browser()) for _ in range(3)]
        firsts: list[float] = []
        for tab in tabs:
            from_s = time.monotonic()
            await tab.open(links[0])
            await tab.until("document.readyState === 'complete' && picture !== null && offset !== null")
            firsts.append(time.monotonic() - from_s)
        await tabs[0].until("window.shown.t_s !== null", 30.0)
        three = await share_of_a_core(pid, seconds)
        lags = np.abs(await lag_ms(tabs[0], int(seconds * 30)))
    print(f"first picture after {max(firsts):.2f} s (slowest of three)")
    median_ms, p99_ms = np.percentile(lags, (50, 99))
    print(f"figure against the score: median {median_ms:.2f} ms, p99 {p99_ms:.2f} ms, {len(lags)} frames")
    print(
        f"the session's process, of a core: alone {alone:.2%}, shared {nobody:.2%}, three viewers {three:.2%}"
    )


def main() -> None:
    asked = argparse.ArgumentParser(description="How well the second screen keeps up.")
    asked.add_argument("seconds", metavar="SECONDS", type=float, nargs="?", default=30.0)
    asyncio.run(measured(asked.parse_args().seconds))


if __name__ == "__main__":
    main()
