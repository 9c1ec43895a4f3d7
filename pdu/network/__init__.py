"""Addresses of hosts as people type them. Knows no PDU."""
