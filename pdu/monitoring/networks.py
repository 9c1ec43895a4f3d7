"""Parses the IP networks that `pdu find` searches, such as 192.0.2.0/24, and lists the addresses of
their hosts. A single address is a network of one. Pure.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, Union

from handlers.shared.errors import SettingsError, printable

from ..network.hosts import is_ip

MOST = 65_536  # addresses in one search, at most: a /16
# 192.0.2.* and 192.0.2.1-192.0.2.20
_ADDRESS_RANGE = re.compile(r"([0-9]+\.[0-9]+\.[0-9]+)\.(?:\*|[0-9]+ *[-–] *[0-9.]+)")
Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
AnIPVersion = TypeVar("AnIPVersion", ipaddress.IPv4Network, ipaddress.IPv6Network)


def parse_networks(texts: Sequence[str]) -> list[Network]:
    """The networks that these texts, the arguments of `pdu find`, name, IPv4 first; one that is
    inside another is left out. Raises SettingsError, also for more than MOST addresses.

    >>> list(map(str, parse_networks(["192.0.2.0/24", "192.0.2.8", "2001:db8::1"])))
    ['192.0.2.0/24', '2001:db8::1/128']
    """
    v4_networks: list[ipaddress.IPv4Network] = []
    v6_networks: list[ipaddress.IPv6Network] = []
    for text, text_before in zip(texts, ["", *texts]):
        network = one_network(text)
        _refuse_mask(text, text_before)
        _check_searchable(network, text)
        if isinstance(network, ipaddress.IPv4Network):
            v4_networks.append(network)
        else:
            v6_networks.append(network)
    networks: list[Network] = [*_outermost(v4_networks), *_outermost(v6_networks)]
    count = sum(network.num_addresses for network in networks)
    if count > MOST:
        raise SettingsError(
            f"these networks have {count} addresses; one run asks at most {MOST}: give smaller"
            " networks"
        )
    return networks


def _refuse_mask(text: str, text_before: str) -> None:
    """Raise SettingsError if `text` is a mask such as 255.255.255.0. `text_before`: the argument
    before it, from which, if it is an address, the error makes the network; "" for none.

    >>> _refuse_mask("192.0.2.9", "192.0.2.8")
    >>> _refuse_mask("255.255.255.0", "192.0.2.8")
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: 255.255.255.0 is a mask: give the network as 192.0.2.0/24
    """
    if not text.startswith("255.") or text == "255.255.255.255":
        return
    address = text_before if is_ip(text_before) else "192.0.2.0"
    with contextlib.suppress(ValueError):  # that this is no mask
        network = ipaddress.ip_network(f"{address}/{text}", strict=False)
        raise SettingsError(f"{printable(text, 60)} is a mask: give the network as {network}")


def _check_searchable(network: Network, text: str) -> None:
    """Raise SettingsError for a network whose hosts a search cannot ask: one without hosts, one of
    IPv4 in the form of IPv6, one with a zone. `text`: as it was typed, with its zone.

    >>> _check_searchable(one_network("192.0.2.0/24"), "192.0.2.0/24")
    >>> _check_searchable(one_network("224.0.0.0/24"), "224.0.0.0/24")
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: 224.0.0.0/24 has no hosts: give a unicast network
    """
    is_broadcast = network.network_address == ipaddress.ip_address("255.255.255.255")
    if network.is_multicast or network.is_unspecified or is_broadcast:
        raise SettingsError(f"{network} has no hosts: give a unicast network")
    ipv4 = getattr(network.network_address, "ipv4_mapped", None)
    if ipv4 is not None:
        raise SettingsError(f"{network} is IPv4 in the form of IPv6: give it as IPv4, as in {ipv4}")
    if "%" in text:  # answers come without a zone, and would be dropped
        raise SettingsError(
            f"{network} has a zone, which a search cannot use: add its PDUs to the list by hand"
        )


def _outermost(networks: Iterable[AnIPVersion]) -> list[AnIPVersion]:
    """The networks that are not inside another one, in order. Adjacent ones are not joined, because
    a search leaves out the addresses at both ends of each.

    >>> networks = map(ipaddress.IPv4Network, ["192.0.2.0/25", "192.0.2.128/25", "192.0.2.8/32"])
    >>> list(map(str, _outermost(networks)))
    ['192.0.2.0/25', '192.0.2.128/25']
    """
    outer_networks: list[AnIPVersion] = []
    for network in sorted(networks):  # a network comes before those inside it
        if not outer_networks or not network.subnet_of(outer_networks[-1]):
            outer_networks.append(network)
    return outer_networks


def one_network(text: str) -> Network:
    """The network that a text names; a single address is a network of one. Raises SettingsError for
    another text, with what may have been meant.

    >>> one_network("192.0.2.0/24")
    IPv4Network('192.0.2.0/24')
    >>> one_network("rack1")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: 'rack1' is not a network such as 192.0.2.0/24; pdu ...
    """
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        fault = f"{printable(text, 60)!r} is not a network such as 192.0.2.0/24"
        raise SettingsError(f"{fault}{_advice(text)}") from None


def _advice(text: str) -> str:
    """The end of the sentence about a text that is no network: what to give instead; "" if that is
    not known.

    >>> _advice("rack1")
    '; pdu identify HOST asks one device by its name, and its --add NAME lists it'
    >>> _advice("192.0.2.8:161")
    '; pdu identify 192.0.2.8:161 asks one device, and --port is of all that are asked'
    >>> _advice("192.0.2.8/24")
    ': did you mean 192.0.2.0/24?'
    """
    if is_ip(text) and "/" not in text:
        shown_text = printable(text, 60)
        return f"; pdu identify {shown_text} asks one device, and --port is of all that are asked"
    if "," in text:
        return ": give several with spaces between them, without commas"
    if re.fullmatch(r"[\w.-]*[A-Za-z][\w.-]*", text):
        return "; pdu identify HOST asks one device by its name, and its --add NAME lists it"
    return _likely_network(text)


def _likely_network(text: str) -> str:
    """The end of an error that asks whether a network was meant: that of an address in it, such as
    192.0.2.8/24, or of a range of addresses. "" if the text is neither, if the address has a zone,
    which the question could not show, and if a search would not take the network.

    >>> _likely_network("192.0.2.8/24")
    ': did you mean 192.0.2.0/24?'
    >>> _likely_network("192.0.2.*")
    ': did you mean 192.0.2.0/24?'
    >>> _likely_network("rack1")
    ''
    """
    if "%" in text:
        return ""
    address_range = _ADDRESS_RANGE.fullmatch(text)
    if address_range is not None:
        text = f"{address_range[1]}.0/24"
    bare_address, _, _ = text.partition("/")
    try:
        network = ipaddress.ip_network(text, strict=False)
        address = ipaddress.ip_address(bare_address)
    except ValueError:
        return ""
    # of a network that is too large, the part with this address
    while network.num_addresses > MOST:
        lower_half, upper_half = network.subnets()
        network = lower_half if address in lower_half else upper_half
    return f": did you mean {network}?" if _is_accepted(network) else ""


def _is_accepted(network: Network) -> bool:
    """Whether a search accepts this network: it has hosts, and not too many.

    >>> _is_accepted(one_network("192.0.2.0/24")), _is_accepted(one_network("10.0.0.0/8"))
    (True, False)
    """
    try:
        return parse_networks([str(network)]) == [network]
    except SettingsError:
        return False


def hosts(network: Network) -> Iterator[str]:
    """Yields the addresses of the hosts of a network, in order.

    Leaves out the network and broadcast address of an IPv4 network, because many hosts may answer
    there, and the first address of an IPv6 network, which all its routers share (RFC 4291, 2.6.1).
    A /31, /32, /127 or /128 keeps all its addresses.

    >>> list(hosts(ipaddress.ip_network("192.0.2.0/30")))
    ['192.0.2.1', '192.0.2.2']
    >>> list(hosts(ipaddress.ip_network("192.0.2.0/32")))
    ['192.0.2.0']
    """
    return map(str, network.hosts())
