"""Discovery over mDNS. The page's script (test_library_page.py) asks a real responder on the
loopback interface.
"""

from __future__ import annotations

import contextlib
import copy
import pickle
import re
import socket
import time
from collections.abc import Iterator
from typing import Any, Optional, cast

import pytest
from zeroconf import IPVersion, ServiceInfo, ServiceStateChange, Zeroconf

from handlers.raritan import zeroconf as discovery
from tests import vendor_pages
from tests.process_lock import turn
from tests.waiting import until

LOOPBACK = ["127.0.0.1"]
OLD, NEW = discovery.SERVICES
# The second device has IPv4 and IPv6, the fourth only IPv6. The last entry announces the first
# device again, under the other service name.
ANNOUNCED = (
    (OLD, "PX3-5190R Rack 1", ["127.0.0.11"], 443, "3.6.80"),
    (NEW, "PX4-1234 (2)", ["127.0.0.12", "2001:db8::12"], 443, "4.4.1"),
    (NEW, "PRO4X", ["127.0.0.13"], 8443, ""),
    (NEW, "PX4-6 v6", ["2001:db8::14"], 443, "4.4.1"),
    (NEW, "PX3-5190R Rack 1", ["127.0.0.11"], 443, "3.6.80"),
)


def _packed(address: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def announced() -> Iterator[None]:
    network = Zeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
    try:
        for service, name, addresses, port, version in ANNOUNCED:
            network.register_service(
                ServiceInfo(
                    service,
                    f"{name}.{service}",
                    port=port,
                    addresses=[_packed(address) for address in addresses],
                    properties={"rr_fw": version} if version else {},
                    server=f"{port}-{re.sub('[.:]', '-', addresses[0])}.local.",
                ),
                # not strict: the old service name has an underscore inside
                cooperating_responders=True,
                strict=False,
            )
        yield
    finally:
        network.unregister_all_services()
        discovery.close(network)


def test_discover_returns_texts_that_also_work_as_the_dictionaries_of_the_vendors_discover(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = discovery.AnnouncedDevice("PX4-1", "PX4-1", "192.0.2.1", 443, "4.4.1")
    monkeypatch.setattr(discovery, "discover_devices", lambda timeout, interfaces: [device])
    (address,) = discovery.discover()
    copies: list[Any] = [address, copy.deepcopy(address), pickle.loads(pickle.dumps(address))]
    for again in copies:
        assert again["ip"] == "192.0.2.1"
        assert again["port"] == 443
        assert again["fw"] == "4.4.1"
        assert again == "192.0.2.1"
        assert isinstance(again, str)
    assert address.get("port") == 443
    assert address.get("model", "none") == "none"
    with pytest.raises(KeyError):
        address["model"]


class Network:
    """Answers every query with this device, or with nothing; notes the time-outs in ms."""

    def __init__(self, **announced: Any) -> None:
        self.announced = announced
        self.waits = list[int]()

    def get_service_info(self, service: str, name: str, timeout: int) -> Optional[ServiceInfo]:
        self.waits.append(timeout)
        if not self.announced:
            return None
        return ServiceInfo(service, name, port=443, addresses=[b"\x7f\0\0\x10"], **self.announced)


def devices(network: Network, name: str, seconds: float = 100.0) -> list[Any]:
    announcements = discovery.Announcements(time.monotonic() + seconds)
    announcements.handle_change(cast(Any, network), NEW, name, ServiceStateChange.Added)
    return list(announcements.devices())


@pytest.mark.parametrize("seconds, longest_ms", [(100, 2000), (1, 1000), (-100, 0)])
def test_waiting_for_a_silent_name_ends_with_the_discovery(seconds: int, longest_ms: int) -> None:
    silent = Network()
    assert devices(silent, f"ghost.{NEW}", seconds) == []
    assert silent.waits[0] <= longest_ms


@pytest.mark.parametrize(
    "name", [f"PX4\x07-1.{NEW}", f".{NEW}", f"PX4-1.{OLD}", "PX4-1._http._tcp.local."]
)
def test_a_name_that_is_not_allowed_or_of_another_service_is_ignored(name: str) -> None:
    """An exception would end the browser's thread, and devices that answer later
    would be missed.
    """
    assert devices(Network(properties={}), name) == []


@pytest.mark.parametrize("announced, model", [("PX4-9", "PX4-9"), ("", "Rack")])
def test_an_announced_model_is_used_and_not_the_first_word_of_the_name_unless_it_is_empty(
    announced: str, model: str
) -> None:
    (device,) = devices(Network(properties={"model": announced}), f"Rack 1.{NEW}")
    assert device.name == "Rack 1"
    assert device.model == model


def test_a_device_stays_until_it_leaves_even_if_its_change_cannot_be_read() -> None:
    announcements = discovery.Announcements(time.monotonic() + 100)
    network = Network(properties={})
    for change, count in (
        (ServiceStateChange.Added, 1),
        (ServiceStateChange.Updated, 1),
        (ServiceStateChange.Removed, 0),
    ):
        announcements.handle_change(cast(Any, network), NEW, f"PX4-1.{NEW}", change)
        assert len(announcements.devices()) == count
        network.announced = {}


@pytest.mark.parametrize("interfaces", [[], ["::1"], ["lo"]])
def test_discovery_needs_ipv4_addresses_to_ask_on(interfaces: list[str]) -> None:
    with pytest.raises(ValueError):
        discovery.discover(0.1, interfaces)


def test_the_example_of_the_vendors_page_prints_the_units(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = [e for e in vendor_pages.examples("000") if "import zeroconf" in e.code]
    search = discovery.discover_devices
    # asked on loopback alone
    monkeypatch.setattr(
        discovery, "discover_devices", lambda timeout, interfaces: search(timeout, LOOPBACK)
    )
    code = example.code.replace("from raritan", "from handlers.raritan")
    addresses = ("127.0.0.11", "127.0.0.12", "127.0.0.13", "2001:db8::14")

    def has_all_units() -> bool:
        exec(compile(code, example.page, "exec"), {})  # noqa: S102  # the vendor's own
        output = capsys.readouterr().out
        return all(output.count(f"'{address}'") == 1 for address in addresses)

    with turn("mdns"), contextlib.contextmanager(announced)():
        # on a busy machine, a responder may answer after the example's few seconds
        assert until(has_all_units)
