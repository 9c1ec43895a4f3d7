"""Machines whose power is taken: lies of drawings, relays and meters."""
