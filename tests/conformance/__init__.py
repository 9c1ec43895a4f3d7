"""Runs archives in clean processes on the forms of DCImanager's platform in `variants.py`: `python -m tests.conformance`."""
