"""One module for each form in which a session leaves the store.

A writer takes a `Source` and the path to write, and returns remarks: what whoever reads the file should know
and cannot see in it. Nothing is overwritten, and nothing half-written is left. Libraries beyond the core's
are imported by the writer that needs them.
"""
