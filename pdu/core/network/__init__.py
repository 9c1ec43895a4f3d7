"""Addresses as people type them, servers that are no PDU, and what services tell the system.

Knows no PDU.
"""
