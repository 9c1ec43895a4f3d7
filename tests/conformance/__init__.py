"""Runs archives in clean processes on forms of the platform (`variants.py`) or on a copy of it: `python -m tests.conformance`."""
