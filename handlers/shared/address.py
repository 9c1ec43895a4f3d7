"""Where a device is: a host, perhaps with a port."""

from __future__ import annotations

import contextlib
import re
import socket
from typing import Optional

# limit in characters: 253 for a DNS name, the rest for brackets and a port
_LONGEST = 300
_LONGEST_NAME = 253  # RFC 1035, 2.3.4: of a host name, in characters
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_ZONE = re.compile(r"[\w.-]+")  # RFC 4007, 11.2: the name of an interface, or a number
# the last part of an IPv4 address as the C library reads it: decimal, octal or hexadecimal
_NUMBER = re.compile(r"0x[0-9a-f]*|\d+", re.IGNORECASE)
_BRACKETED = re.compile(r"\[([^\]]*)\](?::([0-9]{1,9}))?")  # [v6], [v6]:port
_WITH_PORT = re.compile(r"([^:]*):([0-9]{1,9})")  # host:port


class Address(str):
    """`host`, `host:port`, `[v6]:port` or a bare IPv6 address, as somebody wrote it.

    The text is parsed once, where it comes in, and is passed on with its parts. Neither is checked.

    >>> address = Address("[2001:db8::7]:161")
    >>> address.host, address.port
    ('2001:db8::7', 161)
    >>> Address("2001:db8::7").port is None
    True
    """

    # a list may have 10,000 addresses: none has a dictionary
    __slots__ = ("host", "port")

    #: without the brackets of an IPv6 address
    host: str
    #: the number that follows it, None without one
    port: Optional[int]

    def __new__(cls, text: str) -> Address:
        """ "192.0.2.7:8443"        host "192.0.2.7", port 8443
        "2001:db8::7"           host "2001:db8::7", port None
        """
        if isinstance(text, Address):
            return text
        address = super().__new__(cls, text)
        address.host = text.strip()
        address.port = None
        match = _BRACKETED.fullmatch(address.host) or _WITH_PORT.fullmatch(address.host)
        if match is not None:
            address.host, port = match.groups()
            address.port = int(port) if port else None
        return address


def host_fault(text: str) -> str:
    """Why an address cannot be used, "" if it can: a URL or a path, for instance.

    >>> host_fault("192.0.2.7:8080")
    ''
    >>> host_fault("http://192.0.2.7")
    "'http://192.0.2.7' is not an address; give a host name or an IP address"
    """
    if is_address(text.strip()) and is_host(Address(text).host):
        return ""
    # a password may precede it
    description = "the host, which contains an @," if "@" in text else repr(text[:60])
    return f"{description} is not an address; give a host name or an IP address"


def is_host(name: str) -> bool:
    """Whether this is an IP address or a possible host name, without a port. All that connect to a
    device ask it: handlers, libraries and the command.

    A name whose last part is a number is no host name (RFC 1123, 2.1): it is a mistyped IPv4
    address, such as 192.0.2.256, or another spelling of one, such as 10.1, 010.0.0.1 or 0x7f.1.
    The C library would complete it, or read it as octal, and reach another host.

    >>> is_host("pdu-7.example.net"), is_host("192.0.2.7"), is_host("2001:db8::7")
    (True, True, True)
    >>> is_host("192.0.2.256"), is_host("10.1"), is_host("rack 7")
    (False, False, False)
    >>> is_host("7.pdu.example"), is_host("pdu.example.7")
    (True, False)
    """
    if is_ip_host(name):
        return True
    if len(name) > _LONGEST_NAME:
        return False
    labels = name.removesuffix(".").split(".")
    for label in labels:
        if not _LABEL.fullmatch(label):
            return False
    return _NUMBER.fullmatch(labels[-1]) is None


def is_ip_host(name: str) -> bool:
    """Whether this is an IP address, perhaps of IPv6 with a zone, in its usual spelling.

    >>> is_ip_host("192.0.2.7"), is_ip_host("fe80::1%eth0"), is_ip_host("192.0.2.007")
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


def host_with_port(host: str, port: object, usual: int) -> str:
    """The host, with its port unless that is the protocol's usual one or not known: where a device
    is, for people. Several may be behind one address.

    >>> host_with_port("192.0.2.7", 161, usual=161)
    '192.0.2.7'
    >>> host_with_port("2001:db8::7", 1161, usual=161)
    '[2001:db8::7]:1161'
    """
    if not host or port in (None, "", usual, str(usual)):
        return host
    name = host.strip("[]")
    if ":" in name:
        return f"[{name}]:{port}"
    return f"{name}:{port}"


def is_address(text: str) -> bool:
    """Whether `text` can be a host name or address: 1 to 300 printable characters, no spaces.

    >>> is_address("192.0.2.7"), is_address("rack 7"), is_address("")
    (True, False, False)
    """
    return 0 < len(text) <= _LONGEST and text.isprintable() and " " not in text
