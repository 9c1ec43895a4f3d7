"""Devices of a NUT server that show another device once more. Pure.

NUT's drivers clone, clone-outlet, failover, and dummy-ups as a repeater copy all variables of
another device except `driver.*`. Source: clone.c, clone-outlet.c, dummy-ups.c of NUT 2.8.0 to
2.8.5, failover.c of 2.8.5. Their `driver.parameter.port` is the other driver's socket,
DRIVER-DEVICE, several with failover, or DEVICE@HOST:PORT.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Optional

_OF_SOCKETS = ("clone", "clone-outlet", "failover")


class Mirror(NamedTuple):
    """What `driver.parameter.port` of a mirror names."""

    #: sockets, or the name of a device on `host`
    sources: Sequence[str]
    #: of a repeater: the server of the other device; "" for sockets, which are of this machine
    host: str = ""


def is_mirror(variables: Mapping[str, str]) -> bool:
    """Whether the driver shows another device, of this or another server."""
    return _mirror(variables) is not None


def originals(devices: Mapping[str, Mapping[str, str]], host: str) -> dict[str, str]:
    """Maps the name of each mirror to the name of the device that it shows, if that is another of
    `devices`: the variables of each device by its name. `host`: the server's, as it is addressed.

    A repeater of another server is no mirror of a device with the same name here, unless both have
    one serial number.
    """
    original_by_mirror: dict[str, str] = {}
    # of those that show the same device of another server, the first stands for it
    first_repeaters: dict[Mirror, str] = {}
    for name, variables in devices.items():
        mirror = _mirror(variables)
        if mirror is None:
            continue
        other_devices = set(devices) - {name}
        originals_here = [_device_of(source, mirror, other_devices) for source in mirror.sources]
        original = originals_here[0]
        has_all = all(originals_here)
        if has_all and original and _is_here(mirror, variables, devices[original], host):
            original_by_mirror[name] = original
        elif mirror.host:
            if mirror in first_repeaters:
                original_by_mirror[name] = first_repeaters[mirror]
            else:
                first_repeaters[mirror] = name
    return original_by_mirror


def _mirror(variables: Mapping[str, str]) -> Optional[Mirror]:
    """What a driver that shows another device is configured to show; None for other drivers."""
    driver = variables.get("driver.name")
    port = variables.get("driver.parameter.port", "")
    if driver in _OF_SOCKETS:
        sockets = port.split(",")
        return Mirror(tuple(sockets))
    if driver == "dummy-ups" and variables.get("driver.parameter.mode") == "repeater":
        name, _, server = port.partition("@")
        return Mirror((name,), host=_host_of(server))
    return None


def _host_of(server: str) -> str:
    """Without the port: `nut:3493`, `[::1]:3493`, `192.0.2.7`."""
    if server.startswith("["):
        return server[1:].partition("]")[0].lower()
    return server.partition(":")[0].lower()


def _device_of(source: str, mirror: Mirror, names: Collection[str]) -> Optional[str]:
    """The device of `names` that the mirror's source is: its name on a server, else the name at
    the end of a driver's socket; None if there is none."""
    if mirror.host:
        return source if source in names else None
    # DRIVER-DEVICE; a device's name may have dashes too
    _, _, socket_name = source.rpartition("/")
    matches = [name for name in names if f"-{socket_name}".endswith(f"-{name}")]
    return max(matches, key=len, default=None)


def _is_here(
    mirror: Mirror, variables: Mapping[str, str], original: Mapping[str, str], host: str
) -> bool:
    """Whether the server at `host` is also the one that the mirror reads: by its address, or by
    the serial number of both devices."""
    if mirror.host in ("", "localhost", host.lower()):
        return True
    try:
        if ipaddress.ip_address(mirror.host).is_loopback:
            return True
    except ValueError:
        pass
    serial = _serial(variables)
    return bool(serial) and serial == _serial(original)


def _serial(variables: Mapping[str, str]) -> str:
    return variables.get("device.serial") or variables.get("ups.serial") or ""
