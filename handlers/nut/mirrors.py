"""Mirrors: devices of a NUT server that show another device once more. Pure.

NUT's drivers clone, clone-outlet, failover, and dummy-ups as a repeater copy all variables of
another device except `driver.*`. Source: clone.c, clone-outlet.c, dummy-ups.c of NUT 2.8.0 to
2.8.5, failover.c of 2.8.5. Their `driver.parameter.port` is the other driver's socket,
DRIVER-DEVICE, several with failover, or DEVICE@HOST:PORT.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping, Sequence

_OF_SOCKETS = ("clone", "clone-outlet", "failover")


def is_mirror(variables: Mapping[str, str]) -> bool:
    """Whether the driver shows another device, of this or another server."""
    driver = variables.get("driver.name")
    is_repeater = variables.get("driver.parameter.mode") == "repeater"
    return driver in _OF_SOCKETS or (driver == "dummy-ups" and is_repeater)


def originals(devices: Mapping[str, Mapping[str, str]], host: str) -> dict[str, str]:
    """The device that each mirror shows, by the mirror's name; a mirror of a device of another
    server is not in the result. `devices`: the variables of each device of this server by its name.
    `host`: the server's name or address.

    >>> copy = {"driver.name": "clone", "driver.parameter.port": "snmp-ups-rack1"}
    >>> originals({"rack1": {"driver.name": "snmp-ups"}, "copy": copy}, "192.0.2.9")
    {'copy': 'rack1'}
    """
    original_by_mirror: dict[str, str] = {}
    for name, variables in devices.items():
        if is_mirror(variables):
            shown_names = _shown_names(variables, set(devices) - {name}, host)
            if shown_names and all(shown_names):
                original_by_mirror[name] = shown_names[0]
    return original_by_mirror


def _shown_names(
    variables: Mapping[str, str], other_names: Collection[str], host: str
) -> Sequence[str]:
    """The names of this server's devices that the mirror with these `variables` shows.
    `other_names`: the server's devices without the mirror; `host`: the server's. The driver
    dummy-ups, a repeater, names one device and its server:

    >>> repeater = {"driver.name": "dummy-ups", "driver.parameter.port": "rack1@localhost:3493"}
    >>> _shown_names(repeater, ["rack1"], "192.0.2.9")
    ['rack1']
    >>> _shown_names(repeater, ["rack2"], "192.0.2.9")
    []

    The drivers clone, clone-outlet and failover name sockets, DRIVER-DEVICE each; "" stands for one
    whose device is none of `other_names`:

    >>> failover = {"driver.name": "failover", "driver.parameter.port": "snmp-ups-rack1,bad-rack9"}
    >>> _shown_names(failover, ["rack1"], "192.0.2.9")
    ['rack1', '']
    """
    port = variables.get("driver.parameter.port", "")
    if variables["driver.name"] in _OF_SOCKETS:
        return [_name_of_socket(socket, other_names) for socket in port.split(",")]
    name, _, server = port.partition("@")
    is_here = _is_this_server(_host_of(server), host)
    return [name] if is_here and name in other_names else []


def _name_of_socket(path: str, names: Collection[str]) -> str:
    """The device, of `names`, to which the socket `path` of a driver belongs, by the end of its
    name, DRIVER-DEVICE; "" if it is none of them. A device's name may have dashes, too:

    >>> _name_of_socket("/run/nut/snmp-ups-rack-1", ["1", "rack-1"])
    'rack-1'
    """
    _, _, socket = path.rpartition("/")
    # a device's name may have dashes too
    matches = [name for name in names if f"-{socket}".endswith(f"-{name}")]
    return max(matches, key=len, default="")


def _host_of(server: str) -> str:
    """The host of a server, in lower case: "nut" of `nut:3493`, "::1" of `[::1]:3493`, "192.0.2.7"
    of `192.0.2.7`."""
    if server.startswith("["):
        return server[1:].partition("]")[0].lower()
    return server.partition(":")[0].lower()


def _is_this_server(name: str, host: str) -> bool:
    """Whether a host, as a mirror names it, is the server at `host`.

    >>> _is_this_server("127.0.0.1", "nut.example"), _is_this_server("192.0.2.7", "nut.example")
    (True, False)
    """
    if name in ("localhost", host.lower()):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
