"""What the three SNMP calls of the double raise."""

from __future__ import annotations


class SnmpError(Exception):
    """Any failure of an SNMP call.

    The text never contains a community or a password. UNKNOWN: what the platform raises.
    """


class SnmpTimeout(SnmpError):
    """No complete answer in time. SNMP does not distinguish a dead host from a wrong community."""
