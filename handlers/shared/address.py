"""Where a device is: a host, perhaps with a port."""

from __future__ import annotations

import re
from typing import Optional

# limit in characters: 253 for a DNS name, the rest for brackets and a port
_LONGEST = 300
_PARTS = re.compile(r"\[([^\]]*)\](?::([0-9]{1,9}))?|([^:]*):([0-9]{1,9})")


class Address(str):
    """`host`, `host:port`, `[v6]:port` or a bare IPv6 address, as somebody wrote it.

    The text is parsed once, where it comes in, and is passed on with its parts. Neither is checked:
    `is_address`, `pdu.network.hosts` and `handlers.http.client.endpoint` do that.
    """

    # a list may have 10,000 addresses: none has a dictionary
    __slots__ = ("host", "port")

    #: without the brackets of an IPv6 address
    host: str
    #: the number that follows it, None without one
    port: Optional[int]

    def __new__(cls, text: str) -> Address:
        if isinstance(text, Address):
            return text
        address = super().__new__(cls, text)
        bare = text.strip()
        parts = _PARTS.fullmatch(bare)
        address.host, address.port = bare, None
        if parts is not None:
            digits = parts[2] or parts[4]
            address.host = parts[1] if parts[3] is None else parts[3]
            address.port = int(digits) if digits else None
        return address


def host_fault(text: str) -> str:
    """Why an address cannot be used, "" if it can: a URL or a path, for instance."""
    name = Address(text).host
    if is_address(name) and not set("/?#@[]") & set(name) and name.count(":") != 1:
        return ""
    # a password may precede it
    description = "the host, which contains an @," if "@" in text else repr(text[:60])
    return f"{description} is not an address; give a host name or an IP address"


def host_with_port(host: str, port: object, usual: int) -> str:
    """The host, with its port unless that is the protocol's usual one or not known: where a device
    is, for people. Several may be behind one address.
    """
    if not host or port in (None, "", usual, str(usual)):
        return host
    name = host.strip("[]")
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def is_address(text: str) -> bool:
    """Whether `text` can be a host name or an address: printable, without spaces, 1 to 300
    characters.
    """
    return 0 < len(text) <= _LONGEST and text.isprintable() and " " not in text
