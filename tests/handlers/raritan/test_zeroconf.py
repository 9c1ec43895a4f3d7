"""Discovery over mDNS.

Some tests use a real responder and a real service browser on the loopback interface.
"""

from __future__ import annotations

import copy
import pickle
import re
import socket
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest
from zeroconf import IPVersion, ServiceInfo, ServiceStateChange, Zeroconf

from handlers.raritan import zeroconf as discovery
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


@pytest.fixture(scope="module")
def responder() -> Iterator[None]:
    """Announces the devices of ANNOUNCED. Test processes that run at the same time take turns."""
    with turn("mdns"):
        yield from announced()


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


def test_discover_returns_the_addresses_as_text(responder: None) -> None:
    names: list[str] = []

    def all_found() -> bool:
        names[:] = discovery.discover(2.0, LOOPBACK)
        return len(names) == 4

    until(all_found)  # a busy machine may answer late
    assert names == ["127.0.0.11", "127.0.0.12", "127.0.0.13", "2001:db8::14"]


def test_an_address_also_works_as_the_dictionary_of_the_vendors_discover(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    announced_devices = [discovery.AnnouncedDevice("PX4-1", "PX4-1", "192.0.2.1", 443, "4.4.1")]
    monkeypatch.setattr(
        discovery, "discover_devices", lambda timeout, interfaces: announced_devices
    )
    (host_address,) = discovery.discover()
    assert {key: host_address[key] for key in ("ip", "port", "fw")} == {
        "ip": "192.0.2.1",
        "port": 443,
        "fw": "4.4.1",
    }
    assert (
        host_address.get("port") == 443
        and host_address.get("model", "none") == "none"
        and host_address.get("model") is None
    )
    assert (
        isinstance(host_address, str)
        and host_address[:3] == "192"
        and f"{host_address}" == "192.0.2.1"
    )
    with pytest.raises(KeyError):
        host_address["model"]
    for again in (
        copy.copy(host_address),
        copy.deepcopy(host_address),
        pickle.loads(pickle.dumps(host_address)),
    ):
        assert again == host_address and again["fw"] == "4.4.1"


def test_waiting_for_a_silent_name_ends_with_the_discovery() -> None:
    """The time-out of a query is 2 s, or less near the end of the discovery."""
    waits: list[int] = []

    class Silent:
        def get_service_info(self, service: str, name: str, timeout: int) -> None:
            waits.append(timeout)

    for end, expected in ((time.monotonic() + 100, 2000), (time.monotonic() - 100, 0)):
        announcements = discovery.Announcements(end)
        silent: Any = Silent()
        announcements.handle_change(silent, NEW, f"ghost.{NEW}", ServiceStateChange.Added)
        assert waits[-1] == expected and announcements.devices() == []
    discovery.Announcements(time.monotonic() + 1).handle_change(
        silent, NEW, f"ghost.{NEW}", ServiceStateChange.Added
    )
    assert waits[-1] <= 1000


@pytest.mark.parametrize(
    "name", [f"PX4\x07-1.{NEW}", f".{NEW}", f"PX4-1.{OLD}", "PX4-1._http._tcp.local."]
)
def test_a_name_that_is_not_allowed_or_of_another_service_is_ignored(name: str) -> None:
    """An exception would end the browser's thread, and devices that answer later
    would be missed.
    """

    class Network:
        def get_service_info(self, service: str, name: str, timeout: int) -> ServiceInfo:
            return ServiceInfo(service, name, port=443, addresses=[_packed("127.0.0.16")])

    announcements = discovery.Announcements(time.monotonic() + 100)
    announcements.handle_change(cast(Any, Network()), NEW, name, ServiceStateChange.Added)
    assert announcements.devices() == []


@pytest.mark.parametrize("announced, model", [("PX4-9", "PX4-9"), ("", "Rack")])
def test_an_announced_model_is_used_and_not_the_first_word_of_the_name_unless_it_is_empty(
    announced: str, model: str
) -> None:
    class Network:
        def get_service_info(self, service: str, name: str, timeout: int) -> ServiceInfo:
            return ServiceInfo(
                NEW,
                name,
                port=443,
                addresses=[_packed("127.0.0.17")],
                properties={"model": announced},
            )

    announcements = discovery.Announcements(time.monotonic() + 100)
    announcements.handle_change(
        cast(Any, Network()), NEW, f"Rack 1.{NEW}", ServiceStateChange.Added
    )
    assert [(device.name, device.model) for device in announcements.devices()] == [
        ("Rack 1", model)
    ]


def test_a_device_stays_until_it_leaves_even_if_its_change_cannot_be_read() -> None:
    info = ServiceInfo(NEW, f"PX4-1.{NEW}", port=443, addresses=[_packed("127.0.0.15")])
    answers: list[Any] = [info, None]

    class Network:
        def get_service_info(self, service: str, name: str, timeout: int) -> Any:
            return answers.pop(0)

    announcements, network = discovery.Announcements(time.monotonic() + 100), cast(Any, Network())
    for change, count in (
        (ServiceStateChange.Added, 1),
        (ServiceStateChange.Updated, 1),
        (ServiceStateChange.Removed, 0),
    ):
        announcements.handle_change(network, NEW, info.name, change)
        assert len(announcements.devices()) == count


@pytest.mark.parametrize(
    "text, plain",
    [
        ("\x1b[31mred\n", "[31mred"),
        ("a\u202eb", "ab"),
        pytest.param("x" * 200, "x" * 120, id="long"),
    ],
)
def test_a_devices_name_is_cut_to_120_characters_and_loses_unprintable_ones(
    text: str, plain: str
) -> None:
    assert discovery.plain_text(text) == plain


@pytest.mark.parametrize("interfaces", [[], ["::1"], ["lo"]])
def test_discovery_needs_ipv4_addresses_to_ask_on(interfaces: list[str]) -> None:
    with pytest.raises(ValueError):
        discovery.discover(0.1, interfaces)
