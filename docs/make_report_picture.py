"""Makes the picture of a report in docs/use/report.md: python docs/make_report_picture.py

A session with a simulated person, held in virtual time, reported as PDF; its first page. Needs the extra
`report`, and pdftoppm (poppler-utils) for the PNG.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from entrain.devices.simulated.person import Kind
from entrain.report.writing import write
from entrain.storage.log.store import Store
from tests.support.reports import record

OUT = Path(__file__).parent / "pictures" / "report"
DPI = 110
SEED = 112


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "sessions.db")
        person = {"seed": SEED, "kind": Kind.TYPICAL, "outages_per_min": 0.1}
        session = record(store, preset="resonance", minutes=20.0, around_s=240.0, **person)
        pdf = write(store, session, Path(folder) / "report.pdf")
        page = ["-f", "1", "-l", "1", "-singlefile", "-r", str(DPI), "-png"]
        subprocess.run(["pdftoppm", *page, str(pdf), str(OUT)], check=True)


if __name__ == "__main__":
    main()
