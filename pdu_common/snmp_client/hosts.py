"""Which texts name a host. Handlers have the same rule in handlers/shared/address.py: an archive
holds its own copy, because the platform has another client. A test compares both.
"""

from __future__ import annotations

import contextlib
import re
import socket

_LONGEST_NAME = 253  # RFC 1035, 2.3.4: of a host name, in characters
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_ZONE = re.compile(r"[\w.-]+")  # RFC 4007, 11.2: the name of an interface, or a number
# the last part of an IPv4 address as the C library reads it: decimal, octal or hexadecimal
_NUMBER = re.compile(r"0x[0-9a-f]*|\d+", re.IGNORECASE)


def host_name(text: str) -> str:
    """The host in an address, without the brackets of IPv6; "" if it names none.

    A name whose last part is a number is no host name (RFC 1123, 2.1): the C library would complete
    10.1 to 10.0.0.1, and read 010.0.0.1 as 8.0.0.1.

    >>> host_name("[2001:db8::7]"), host_name("pdu-7.example.net"), host_name("10.1")
    ('2001:db8::7', 'pdu-7.example.net', '')
    """
    is_bracketed = text.startswith("[") and text.endswith("]")
    name = text[1:-1] if is_bracketed else text
    if _is_ip_host(name):
        return name
    if is_bracketed or len(name) > _LONGEST_NAME:
        return ""
    labels = name.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]) or not all(map(_LABEL.fullmatch, labels)):
        return ""
    return name


def _is_ip_host(name: str) -> bool:
    """Whether this is an IP address, perhaps of IPv6 with a zone, in its usual spelling.

    >>> _is_ip_host("192.0.2.7"), _is_ip_host("fe80::1%eth0"), _is_ip_host("192.0.2.007")
    (True, True, False)
    """
    address, percent, zone = name.partition("%")
    if percent and _ZONE.fullmatch(zone) is None:
        return False
    for family, text in ((socket.AF_INET, name), (socket.AF_INET6, address)):
        with contextlib.suppress(OSError, ValueError):
            socket.inet_pton(family, text)
            return True
    return False
