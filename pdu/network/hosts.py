"""The address of a device, as people type it: `192.0.2.8`, `r1.local`, `[2001:db8::7]:161`."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import unicodedata

from handlers.shared.address import Address, is_address, is_host, is_ip_host
from handlers.shared.errors import NamedSetting, SettingsError

# the usual ports of PDUs, as an IPv6 address may end
_PORTS = ("80", "161", "443", "3493")
_NETWORK = re.compile(r"[0-9.]{7,15}/[0-9]{1,2}")
# an IPv4 address that is not one, or in another spelling
_NUMBERS = re.compile(r"[0-9]+(\.[0-9]+){1,4}")
_DASHES = tuple("‐‑‒–—−")
_SCIENTIFIC = re.compile(r"[0-9][.,]?[0-9]*E\+[0-9]+")
_QUOTES = "«»“”„'\"`<>()"
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")


class NotAHost(SettingsError):
    """An argument cannot be the address of a device."""

    kind = "usage"


def address(text: str) -> Address:
    """The address that was typed, without spaces around it. Raises NotAHost for text that is
    neither an IP address nor a possible host name, perhaps with a port from 1 to 65535.

    >>> address(" 192.0.2.7:161 ")
    '192.0.2.7:161'
    >>> address("192.0.2.7,192.0.2.8")
    Traceback (most recent call last):
    pdu.network.hosts.NotAHost: '192.0.2.7,192.0.2.8' is not an address: give a host name or an \
IP address, and several with spaces between them
    """
    host = Address(text.strip())
    if "://" in host:
        raise NotAHost(_url_text(host))
    if "@" in host:  # not shown: a password may precede the @
        raise NotAHost(
            (
                "an address has no @: give the host alone, a user as ",
                NamedSetting("username"),
                ", and a device of a NUT server as ",
                NamedSetting("device"),
            )
        )
    name, port = host.host, host.port
    if not is_address(host) or not is_host(name):
        raise NotAHost(
            f"{host[:60]!r} is not an address: give a host name or an IP address{_advice(host)}"
        )
    if name.lower().startswith("fe80:") and "%" not in name:
        raise NotAHost(
            f"{host[:60]!r} is an address of one network alone: add this machine's interface, as in"
            f" {name[:60]}%eth0"
        )
    if port is not None and not 1 <= port <= 65535:
        raise NotAHost(f"{host[:60]!r} has the port {port}: give one from 1 to 65535")
    has_needless_brackets = host.startswith("[") and ":" not in name  # they are for IPv6
    if not has_needless_brackets:
        return host
    return Address(name if port is None else f"{name}:{port}")


def _url_text(url: str) -> str:
    """The error's text for a URL in the place of an address. It shows the scheme and the host
    alone: what stands before an @, and what stands behind the host, may be a password.

    >>> _url_text("https://admin:secret@192.0.2.7/login")
    "'https://192.0.2.7/' is a URL: give the address without scheme and path, as in 192.0.2.7"
    """
    scheme, _, remainder = url.partition("://")
    scheme = scheme.rpartition("@")[2]
    authority, *path = re.split("[/?#]", remainder, maxsplit=1)
    host = authority.rpartition("@")[2][:60]
    if "@" in "".join(path):  # a password with one of these characters: it has no path
        host = ""
    shown_url = repr(f"{scheme[:20]}://{host}/")
    example = f", as in {host}" if host else ""
    return f"{shown_url} is a URL: give the address without scheme and path{example}"


def _advice(text: str) -> str:
    """The end of the sentence about a text that is no address: what it probably is, and what to do;
    "" if that is not known.

    >>> for text in ("161", "1,9E+11", "192.0.2.0/24", "192.0.2.8,192.0.2.9", "—yes"):
    ...     print(_advice(text)[:64])
    ; a port is written behind its host, as in 192.0.2.8:161; the nu
    ; a spreadsheet has made a number of it: format its column as te
    ; pdu find 192.0.2.0/24 searches a network
    , and several with spaces between them
    ; an option begins with two plain hyphens
    >>> for text in ("192.0.2.300", "<192.0.2.7>", "r1:https", "?"):
    ...     print(_advice(text)[:64])
    ; IPv4 has four numbers from 0 to 255, without zeros before them
    : did you mean 192.0.2.7?
    ; the port is a number, as in r1:443
    <BLANKLINE>
    """
    name, _, port = text.rpartition(":")
    if text.isdecimal():
        return (
            "; a port is written behind its host, as in 192.0.2.8:161; the number of an outlet"
            " comes last: pdu off snmp 192.0.2.8 3"
        )
    if _SCIENTIFIC.fullmatch(text):
        return "; a spreadsheet has made a number of it: format its column as text"
    if _NETWORK.fullmatch(text):
        return f"; pdu find {text} searches a network"
    if "," in text:
        return ", and several with spaces between them"
    if text[:1] in _DASHES:
        return "; an option begins with two plain hyphens"
    if _NUMBERS.fullmatch(text):
        return "; IPv4 has four numbers from 0 to 255, without zeros before them"
    likely_address = _likely_address(text)
    if likely_address:
        return f": did you mean {likely_address}?"
    is_in_brackets = name.startswith("[") and name.endswith("]")
    may_have_port = ":" not in name or is_in_brackets
    if may_have_port and _LABEL.fullmatch(port) and is_host(name.strip("[]")):
        return f"; the port is a number, as in {name[:60]}:443"
    return ""


def _likely_address(text: str) -> str:
    """The IP address that was probably meant by a text with digits of another script, with quotes,
    with a path behind it, or with a port behind a blank; "" for other text.

    >>> _likely_address("<192.0.2.7>"), _likely_address("192.0.2.7 161"), _likely_address("rack 7")
    ('192.0.2.7', '192.0.2.7:161', '')
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = plain.strip(_QUOTES)
    without_path = re.split("[/?#]", plain, maxsplit=1)[0]
    words = without_path.split()
    address = ":".join(words).rstrip(":.")
    is_likely = is_address(address) and is_ip(address)
    return address if is_likely else ""


def parse_argument(host: str) -> Address:
    """The address that an argument of the command line is. Raises NotAHost for text that is no
    address, and for an IPv6 address without brackets whose end may be meant as a port: it is one of
    _PORTS, the usual ports of PDUs, and the text before it is an IPv6 address by itself.

    >>> parse_argument("[2001:db8::7]:161").port
    161
    >>> parse_argument("2001:db8::7:1")
    '2001:db8::7:1'
    >>> parse_argument("2001:db8::7:161")
    Traceback (most recent call last):
    pdu.network.hosts.NotAHost: '2001:db8::7:161' may be an address or 2001:db8::7 with a port: \
write [2001:db8::7]:161, or [2001:db8::7:161] for the address
    """
    address_text = address(host)
    name, _, port = address_text.rpartition(":")
    if port in _PORTS and name.count(":") >= 2 and not address_text.startswith("["):
        with contextlib.suppress(OSError):  # raised if `name` is no IPv6 address
            socket.inet_pton(socket.AF_INET6, name)
            raise NotAHost(
                f"{address_text[:60]!r} may be an address or {name[:60]} with a port: write"
                f" [{name[:60]}]:{port}, or [{address_text[:60]}] for the address"
            )
    return address_text


def one_spelling(host: str) -> str:
    """A host, given without a port, in the one spelling by which two are compared: an IP address in
    its short form, a name in small letters without a last dot.

    >>> one_spelling("PDU-7.Example.net."), one_spelling("2001:0db8:0:0::7")
    ('pdu-7.example.net', '2001:db8::7')
    """
    name, _, zone = host.partition("%")
    try:
        ip = ipaddress.ip_address(name)
    except ValueError:
        return host.rstrip(".").lower()
    address_text = str(getattr(ip, "ipv4_mapped", None) or ip)
    return f"{address_text}%{zone}" if zone else address_text


def is_ip(text: str) -> bool:
    """Whether this is an IP address, perhaps with a port.

    >>> is_ip("192.0.2.8:161"), is_ip("r1-left")
    (True, False)
    """
    return is_ip_host(Address(text).host)
