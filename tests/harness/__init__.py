"""A handler as DCImanager calls it, for a person at a terminal: `python -m tests.harness --help`."""
