"""The use cases: what a person can do with the product, whoever asks (the screen, the shell, a browser)."""
