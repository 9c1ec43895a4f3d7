"""Addresses as people type them, and the signals of a service. Knows no PDU."""
