"""A program that records as fast as it can: `python -m tests.support.appender DATABASE N [PASSPHRASE]`.

Its lines are the counts of acknowledged records. Record n is `record(n)`, so that whoever reads the store
after this program was killed knows what must be there.
"""

import sys
from pathlib import Path

from entrain.control.events import Author, Decided, Effect, Event, NotificationArrived, OnsetPlanned
from entrain.reason import Reason
from entrain.storage.encryption import cipher
from entrain.storage.log.store import Store
from tests.support.sessions import CONFIG


def record(n: int) -> tuple[Event, tuple[Effect, ...]]:
    event = NotificationArrived(n / 8, "sim:7", n.to_bytes(4, "big"))
    decided = Decided(
        n / 8, "tempo_bpm", Author.POLICY, 66.0, 60 + 1 / (n + 1), Reason.of_older("so that it is said")
    )
    return event, (decided, *(OnsetPlanned(n / 8 + i / 7, 3 * n + i) for i in range(n % 4)))


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main(path: Path, n_records: int) -> None:
    log = Store(path).begin(CONFIG, preset_text="")
    said = 0
    say("begun")
    for n in range(n_records):
        log.append(*record(n))
        if n % 16 == 15:
            log.flush()
        if log.acknowledged != said:
            said = log.acknowledged
            say(said)
    log.close()
    say(n_records)


if __name__ == "__main__":
    for passphrase in sys.argv[3:]:
        cipher.unlock(Path(sys.argv[1]), passphrase)
    main(Path(sys.argv[1]), int(sys.argv[2]))
