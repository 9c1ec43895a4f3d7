"""Finding Xerus devices in the local network by mDNS.

Devices announce `_raritan_rpcs._tcp` (older firmware) or `_raritan-rpcs._tcp`, unless mDNS is
disabled in their settings. A search needs the package `zeroconf`; handlers do not need it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, ServiceStateChange, Zeroconf

SERVICES = ("_raritan_rpcs._tcp.local.", "_raritan-rpcs._tcp.local.")
SECONDS = 4.0
_QUESTION_MS = 2000


@dataclass(frozen=True)
class AnnouncedDevice:
    """One device as it announces itself; only printable characters are kept.

    AnnouncedDevice("PX3 rack 7", "PX3-5190R", "192.0.2.7", port=443, firmware="4.3.0")
    """

    #: its mDNS instance name
    name: str
    #: the announced model, else the first word of `name`
    model: str
    #: its IP address
    address: str
    #: the port of its web service
    port: int
    #: the version of its firmware, '' if it is not announced
    firmware: str


class HostAddress(str):
    """An IP address.

    The keys `ip`, `port` and `fw` can be read as in the dictionaries that the SDK's `discover`
    returns.

    >>> device = AnnouncedDevice("PX3", "PX3-5190R", "192.0.2.7", port=443, firmware="4.3.0")
    >>> HostAddress(device), HostAddress(device)["port"]
    ('192.0.2.7', 443)
    """

    _device: AnnouncedDevice
    _values: dict[str, Any]

    def __new__(cls, device: AnnouncedDevice) -> HostAddress:
        address = super().__new__(cls, device.address)
        address._device = device
        address._values = {"ip": device.address, "port": device.port, "fw": device.firmware}
        return address

    def __reduce__(self) -> tuple[Any, ...]:
        """Lets `copy` and `pickle` rebuild the address from its device."""
        return HostAddress, (self._device,)

    def get(self, key: str, default: object = None) -> Any:
        """The value of the key `ip`, `port` or `fw`; `default` for another one."""
        return self._values.get(key, default)

    def __getitem__(self, key: Any) -> Any:
        return self._values[key] if isinstance(key, str) else super().__getitem__(key)


def discover(
    timeout: float = SECONDS, interfaces: Optional[Sequence[str]] = None
) -> list[HostAddress]:
    """The IP addresses of the devices that announce themselves within `timeout` seconds, each once,
    in numerical order.

    Asks over IPv4. `interfaces`: addresses of this host's network interfaces to ask on (None: all).
    A device that announces no IPv4 address is listed with its IPv6 addresses. Raises ImportError
    without `zeroconf`, OSError where mDNS cannot be used, and ValueError for a time below 0, an
    interface that is not an IPv4 address, and an empty list of them.
    """
    addresses = [HostAddress(device) for device in discover_devices(timeout, interfaces)]
    return list(dict.fromkeys(addresses))


def discover_devices(
    timeout: float = SECONDS, interfaces: Optional[Sequence[str]] = None
) -> list[AnnouncedDevice]:
    """The devices that announce themselves within `timeout` seconds; one entry for each address and
    port, sorted by both.

    > PTR _raritan-rpcs._tcp.local.
    < PX3-5190R._raritan-rpcs._tcp.local., 192.0.2.7, port 443, model=PX3-5190R, rr_fw=4.3.0
    returned   [AnnouncedDevice("PX3-5190R", "PX3-5190R", "192.0.2.7", 443, "4.3.0")]

    Asks over IPv4. `interfaces`: addresses of this host's network interfaces to ask on (None: all).
    Raises ImportError without `zeroconf`, OSError where mDNS cannot be used, and ValueError for a
    time below 0, an interface that is not an IPv4 address, and an empty list of them.
    """
    # imported late: 73 ms, and the package may be missing
    from zeroconf import InterfaceChoice, IPVersion, ServiceBrowser, Zeroconf

    interface_choice: Any = InterfaceChoice.All
    if interfaces is not None:
        interface_choice = [str(ipaddress.IPv4Address(interface)) for interface in interfaces]
        if not interface_choice:
            raise ValueError("interfaces is empty: give None for all")
    network = Zeroconf(interfaces=interface_choice, ip_version=IPVersion.V4Only)
    try:
        announcements = Announcements(time.monotonic() + timeout)
        browsers: list[ServiceBrowser] = []
        for service in SERVICES:
            browser = ServiceBrowser(network, service, handlers=[announcements.handle_change])
            browsers.append(browser)
        time.sleep(timeout)
        for browser in browsers:
            browser.cancel()
        return announcements.devices()
    finally:
        close(network)


def close(network: Zeroconf) -> None:
    """Close `network` and its event loop: older releases of the package leave the loop's sockets to
    the garbage collector.
    """
    network.close()
    loop = network.loop
    if loop is not None and not loop.is_running() and not loop.is_closed():
        loop.close()


class Announcements:
    """The devices that announce themselves until `end`, a `time.monotonic` time. Each browser of
    zeroconf calls `handle_change` in its own thread until it is cancelled; that fills `_devices`,
    which has the devices of each announcement by its name. `devices` returns them.

    Added PX3, Added PX4, Removed PX3    devices() is [PX4]
    """

    def __init__(self, end: float) -> None:
        self._end = end
        self._devices: dict[str, list[AnnouncedDevice]] = {}

    def handle_change(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        """Put the device of an announcement into `_devices`, or remove it if `state_change` is
        Removed. `name`: "PX3-5190R._raritan-rpcs._tcp.local.". Its address and properties are asked
        for up to 2 s, but not beyond `end`; if they do not come, what is known of it stays.

        Added, PX3-5190R...      > SRV, TXT, A    _devices[name] is [AnnouncedDevice(...)]
        Removed, PX3-5190R...                     _devices has no such name
        a name that mDNS does not allow           nothing changes
        """
        from zeroconf import Error  # imported late, as in `discover_devices`

        if state_change.name == "Removed":
            self._devices.pop(name, None)
            return
        remaining_ms = int(1000 * (self._end - time.monotonic()))
        wait = min(_QUESTION_MS, max(0, remaining_ms))
        info = None
        # an Error would end the browser's thread; later devices would be missed
        with contextlib.suppress(Error):
            info = zeroconf.get_service_info(service_type, name, timeout=wait)
        if info is not None:
            self._devices[name] = _devices(info, service_type)

    def devices(self) -> list[AnnouncedDevice]:
        """The devices that are known now, sorted by address; one for each address and port, even if
        the device announces itself by both service names."""
        device_by_address: dict[tuple[str, int], AnnouncedDevice] = {}
        for devices in self._devices.values():
            for device in devices:
                device_by_address[device.address, device.port] = device
        return sorted(device_by_address.values(), key=_order)


def _order(device: AnnouncedDevice) -> tuple[int, int, int]:
    """The sort key of a device: IP version and number of its address, then its port.

    >>> _order(AnnouncedDevice("PX3", "PX3-5190R", "192.0.2.7", port=443, firmware="4.3.0"))
    (4, 3221225991, 443)
    """
    without_zone, _, _ = device.address.partition("%")
    ip = ipaddress.ip_address(without_zone)
    return ip.version, int(ip), device.port


def _devices(info: ServiceInfo, service: str) -> list[AnnouncedDevice]:
    """One device for each address of an announcement: its IPv4 addresses, else its IPv6 ones.

    PX3 rack 7._raritan-rpcs._tcp.local., 192.0.2.7 and fe80::1, port 443, no property "model"
    returned   [AnnouncedDevice("PX3 rack 7", "PX3", "192.0.2.7", 443, "")]
    """
    name = info.name
    if name.endswith(service):
        name = name[: -len(service) - 1]  # and the dot before it
    properties = _text_properties(info)
    words = name.split()
    first_word = words[0] if words else ""
    addresses = info.parsed_scoped_addresses()
    ipv4_addresses = [address for address in addresses if ":" not in address]
    devices: list[AnnouncedDevice] = []
    for address in ipv4_addresses or addresses:
        device = AnnouncedDevice(
            name=plain_text(name),
            model=plain_text(properties.get("model") or first_word),
            address=address,
            port=info.port or 0,
            firmware=plain_text(properties.get("rr_fw", "")),
        )
        devices.append(device)
    return devices


def _text_properties(info: ServiceInfo) -> dict[str, str]:
    """The properties of an announcement that have a value, as text: {b"model": b"PX3", b"x": None}
    becomes {"model": "PX3"}.
    """
    properties: dict[str, str] = {}
    for key, value in info.properties.items():
        if isinstance(key, bytes) and isinstance(value, bytes):
            properties[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
    return properties


def plain_text(text: str) -> str:
    r"""The printable characters of a text from the network, at most 120: safe to print on a
    terminal.

    >>> plain_text("PX3\x1b[2J-5190R")
    'PX3[2J-5190R'
    >>> plain_text("a\u202eb"), plain_text("x" * 200) == "x" * 120
    ('ab', True)
    """
    return "".join(c for c in text if c.isprintable())[:120]
