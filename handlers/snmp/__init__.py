"""The handler for PDUs over SNMP.

Each family of PDUs is a profile (see `profile.py`); all families share the same code.
"""
