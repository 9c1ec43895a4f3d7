"""Runs every archive in a clean process on every plausible form of DCImanager's platform: `python -m tests.conformance`."""
