"""Files of every kind that is read, with bytes changed, cut out, doubled or put in."""

import gzip
from collections.abc import Mapping
from pathlib import Path
from random import Random

CASES = Path(__file__).parents[1] / "recordings" / "cases"
WHOLE = {path.name: path.read_bytes() for path in sorted(CASES.iterdir())}
WHOLE["rr.json"] = b'{"unit": "ms", "rr": [800, 810, 790, 812, 805], "time": [0.8, 1.61, 2.4, 3.212, 4.017]}'
WHOLE["rr.sml"] = b"<?xml version='1.0'?><sml><R-R><Data>800 810 790 812</Data></R-R></sml>"
WHOLE["rr.txt.gz"] = gzip.compress(b"\n".join(b"%d" % (800 + n % 9) for n in range(200)), mtime=0)
WHOLE["rr.npy"] = (
    b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }".ljust(127)
    + b"\n"
    + bytes(24)
)
WHOLE["ride.hrm"] = b"[Params]\nVersion=106\nInterval=238\n\n[HRData]\n800\n812\n790\n805\n"
_TOKENS = (
    b"\0",
    b"\xff",
    b'"',
    b",",
    b";",
    b"\n",
    b"-",
    b"1e308",
    b"nan",
    b"\x1a",
    b"[",
    b"{",
    b"time,rr\n",
    b"9" * 400,
)


def damaged(random: Random) -> tuple[str, bytes]:
    """(name, bytes) of a file with one to six things wrong."""
    return damaged_of(WHOLE, random)


def damaged_of(files: Mapping[str, bytes], random: Random) -> tuple[str, bytes]:
    """`damaged`, of one of `files`. Of long ones the end is cut off first, or is left as it is."""
    name = random.choice(sorted(files))
    data = bytearray(files[name] if random.random() < 0.5 else files[name][:20_000])
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(data) + 1)
        match random.randrange(5):
            case 0 if data:
                data[at % len(data)] = random.randrange(256)
            case 1:
                del data[at : at + random.choice((1, 10, 1000))]
            case 2:
                data[at:at] = random.choice(_TOKENS)
            case 3:
                data[at:at] = data[at : at + random.choice((1, 30, 500))]
            case _:
                del data[at:]
    return name, bytes(data)
