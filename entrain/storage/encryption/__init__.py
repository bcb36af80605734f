"""What only a passphrase opens: the store and files that leave it."""
