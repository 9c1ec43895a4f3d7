"""Every archive in a clean process on every platform that DCImanager's may turn out to be: `python -m tests.conformance`."""
