"""Shelly relays of generation 2 and later over their RPC."""
