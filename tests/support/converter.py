"""A program that encrypts a store, makes it readable, and so on: `python -m tests.support.converter STORE`.

It says "next" before each. Its passphrase is `PASSPHRASE`.
"""

import sys
from pathlib import Path

from entrain.storage.encryption import cipher
from entrain.storage.encryption import convert as encrypting

PASSPHRASE = "correct horse battery staple"


def main(path: Path) -> None:
    while True:
        sys.stdout.write("next\n")
        sys.stdout.flush()
        if cipher.is_encrypted(path):
            cipher.unlock(path, PASSPHRASE)
            encrypting.decrypt(path)
        else:
            encrypting.encrypt(path, PASSPHRASE)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
