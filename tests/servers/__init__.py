"""Relays and small servers on 127.0.0.1, for tests of connections."""
