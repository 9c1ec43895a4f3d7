"""Addresses as people type them, where a service listens, and its signals. Knows no PDU."""
