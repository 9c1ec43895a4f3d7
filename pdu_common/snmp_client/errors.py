"""What the three SNMP calls of the double raise."""

from __future__ import annotations


class SnmpError(Exception):
    """Any failure of an SNMP call.

    The text never contains a community or a password. UNKNOWN: what the platform raises.

    `field` and `fault` are for this project's own tools. They are "" unless a parameter is missing
    or wrong.
    """

    #: the name of the parameter in `snmp_params`
    field: str
    #: what is wrong with it: the end of a sentence that begins with its name
    fault: str

    def __init__(self, text: str, field: str = "", fault: str = "") -> None:
        super().__init__(text)
        self.field, self.fault = field, fault


class SnmpTimeout(SnmpError):
    """No complete answer in time. SNMP does not distinguish a dead host from a wrong community."""


class SnmpReport(SnmpError):
    """A Report in place of the answer: the agent did not carry the request out (RFC 3412, 7.1)."""


class SnmpUndecrypted(SnmpTimeout):
    """No answer to an encrypted request, from an agent that answered the discovery of its engine:
    an agent drops what it cannot decrypt (RFC 3414, 3.2)."""


class UndecodableValue(SnmpError):
    """A value that is none of SNMP's. It may come from a damaged datagram."""


class SnmpPortClosed(SnmpTimeout):
    """No answer, because the host refuses datagrams to this port (ICMP, RFC 792)."""
