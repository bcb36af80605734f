"""A session with a real heart, for what asks whether one was on it."""

import sqlite3

from entrain.storage.log.store import Store


def with_a_strap(number: int) -> None:
    """Let a simulated session in the store have been of a strap: what it was typed as is all that tells."""
    connection = sqlite3.connect(Store.open().path)
    with connection:
        connection.execute("UPDATE session SET hearts = '[\"ble:H10\"]' WHERE id = ?", (number,))
    connection.close()
