"""A device that shows another one once more is neither listed, added nor switched."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from handlers.nut.client import NutClient
from handlers.nut.handler import NutPdu
from handlers.nut.mirrors import originals
from handlers.shared.errors import NoSuchOutlet, PduHandlerError, Unsupported
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.nut.clients import ADMIN_SETTINGS, handler, states
from tests.servers import upsd
from tests.servers.upsd import Upsd
from tests.simulators.nut_server import NutServer, StaticDevice
from tests.waiting import until

PDU = {
    "driver.name": "snmp-ups",
    "driver.parameter.port": "192.0.2.7",
    "device.type": "pdu",
    "input.phases": "1",
    "input.current": "3.2",
    "outlet.1.status": "on",
}
HOST = "nut.example.com"


def clone(port: str, driver: str = "clone") -> dict[str, str]:
    return {**PDU, "driver.name": driver, "driver.parameter.port": port}


def repeater(port: str, **more: str) -> dict[str, str]:
    return {**clone(port, "dummy-ups"), "driver.parameter.mode": "repeater", **more}


def shown(**devices: Mapping[str, str]) -> dict[str, str]:
    return originals({name.replace("_", "-"): of for name, of in devices.items()}, HOST)


@pytest.mark.parametrize(
    "mirror",
    [
        clone("rack1"),
        clone("snmp-ups-rack1"),
        clone("/run/nut/snmp-ups-rack1"),
        clone("snmp-ups-rack1", "clone-outlet"),
        clone("snmp-ups-rack1,usbhid-ups-other", "failover"),
        repeater("rack1@localhost"),
        repeater("rack1@127.0.0.1:13493"),
        repeater("rack1@[::1]:3493"),
        repeater("rack1@nut.example.com"),
    ],
)
def test_a_mirror_is_told_by_its_driver_and_port(mirror: Mapping[str, str]) -> None:
    assert shown(rack1=PDU, mirror=mirror, other=PDU) == {"mirror": "rack1"}


@pytest.mark.parametrize(
    "other",
    [
        PDU,
        # other devices, of this server or of another
        clone("snmp-ups-rack2"),
        clone("snmp-ups-rack1,snmp-ups-rack2", "failover"),
        repeater("rack2@localhost"),
        repeater("rack1@192.0.2.9"),
        # dummy-ups with a file
        {**clone("rack1@localhost", "dummy-ups"), "driver.parameter.mode": "dummy-loop"},
    ],
)
def test_another_device_with_the_same_figures_stays(other: Mapping[str, str]) -> None:
    assert shown(rack1=PDU, other=other) == {}


def test_a_repeater_by_another_name_of_the_server_is_told_by_the_serial_number() -> None:
    far = repeater("rack1@192.0.2.9", **{"device.serial": "A1"})
    assert shown(rack1={**PDU, "ups.serial": "A1"}, far=far) == {"far": "rack1"}
    assert shown(rack1={**PDU, "device.serial": "A2"}, far=far) == {}


def test_the_longest_name_that_ends_a_socket_is_the_device() -> None:
    devices = {"rack-1": PDU, "1": PDU, "mirror": clone("snmp-ups-rack-1")}
    assert originals(devices, HOST) == {"mirror": "rack-1"}


def test_of_devices_that_show_another_servers_device_one_stays() -> None:
    far = repeater("rack1@192.0.2.9")
    assert shown(far=far, again=far) == {"again": "far"}
    assert shown(far=far, copy=clone("dummy-ups-far"), last=clone("clone-copy")) == {
        "copy": "far",
        "last": "copy",
    }


@pytest.mark.parametrize("method", ["status", "statistic"])
def test_devices_that_all_show_each_other_are_no_empty_answer(method: str) -> None:
    devices = [StaticDevice("a", clone("clone-b")), StaticDevice("b", clone("clone-a"))]
    with NutServer(devices) as nut_server, pytest.raises(Unsupported, match="only shows another"):
        getattr(handler(nut_server), method)()


@pytest.fixture
def server() -> Iterator[NutServer]:
    commands = ["outlet.1.load.off", "outlet.1.load.on"]
    devices = [
        StaticDevice("rack1", PDU, commands),
        StaticDevice("mirror", clone("snmp-ups-rack1"), commands),
    ]
    with NutServer(devices) as nut_server:
        yield nut_server


def test_a_mirror_is_left_out_and_named(
    server: NutServer, caplog: pytest.LogCaptureFixture
) -> None:
    pdu = handler(server)
    assert list(states(pdu.status())) == ["rack1/1"]
    assert pdu.statistic().load == 3.2
    sentence = "the device mirror is neither listed nor added: its driver clone shows rack1"
    assert sentence in caplog.text


def test_a_mirror_that_the_settings_name_is_read(server: NutServer) -> None:
    pdu = handler(server, device="mirror")
    assert list(states(pdu.status())) == ["1"]


def test_a_mirror_is_not_switched_beside_its_original(server: NutServer) -> None:
    with pytest.raises(NoSuchOutlet, match="'mirror' only shows 'rack1' once more"):
        handler(server, **ADMIN_SETTINGS).port_down(PduPortView(identity="mirror/1"))
    assert not server.books().writes


def test_a_command_reads_the_device_of_its_outlet_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one may be slow, or not be readable at all."""
    read_names: list[str] = []
    snapshots = NutClient.snapshots

    def keep_names(client: NutClient, names: Sequence[str], *, writable: bool) -> Any:
        read_names.extend(names)
        return snapshots(client, names, writable=writable)

    commands = ["outlet.1.load.off", "outlet.1.load.on"]
    devices = [StaticDevice(name, PDU, commands) for name in ("rack1", "rack2", "rack3")]
    with NutServer(devices) as server:
        monkeypatch.setattr(NutClient, "snapshots", keep_names)
        handler(server, **ADMIN_SETTINGS).port_down(PduPortView(identity="rack2/1"), deadline=0.0)
        ((command, _),) = server.books().writes
    assert command.startswith("rack2 ")
    assert set(read_names) == {"rack2"}


_FAR = {
    "serial number": repeater("rack1@192.0.2.9", **{"device.serial": "A1"}),
    "first of two": repeater("rack2@192.0.2.9"),
    "clone of a clone": clone("clone-mirror"),
}


@pytest.mark.parametrize("name", _FAR)
def test_what_a_poll_leaves_out_is_not_switched(name: str) -> None:
    commands = ["outlet.1.load.off", "outlet.1.load.on"]
    devices = {
        "rack1": {**PDU, "device.serial": "A1"},
        "mirror": clone("snmp-ups-rack1"),
        "far": repeater("rack2@192.0.2.9"),
        "copy": _FAR[name],
    }
    with NutServer([StaticDevice(*device, commands) for device in devices.items()]) as server:
        pdu = handler(server, **ADMIN_SETTINGS)
        assert list(states(pdu.status())) == ["rack1/1", "far/1"]

        for device in devices:
            with contextlib.suppress(NoSuchOutlet):
                pdu.port_down(PduPortView(identity=f"{device}/1"), deadline=0.0)

        commands_sent = [command for command, _ in server.books().writes]
        switched_devices = {command.partition(" ")[0] for command in commands_sent}
        assert switched_devices == {"rack1", "far"}


def has_outlet(pdu: NutPdu) -> bool:
    try:
        return list(states(pdu.status())) == ["1"]
    except PduHandlerError:
        return False


@pytest.mark.against("NUT upsd with its drivers clone and clone-outlet")
def test_the_mirrors_of_nuts_own_drivers_are_left_out() -> None:
    rows = "device.type: pdu\nups.status: OL\ninput.current: 10\noutlet.1.status: on\n"
    of_rack1 = {"port": "dummy-ups-rack1"}
    sections = [
        upsd.dummy_file("rack1", rows),
        upsd.Section("mirror", "clone", of_rack1, run=False),
        upsd.Section("srv1", "clone-outlet", {**of_rack1, "prefix": "outlet.1"}, run=False),
    ]
    with Upsd(sections) as server:
        for name in ("mirror", "srv1"):
            server.start_driver(name)
            assert until(functools.partial(has_outlet, handler(server, device=name)))
        pdu = handler(server)
        assert states(pdu.status()) == {"rack1/1": EnumPowerStatus.UP}
        assert pdu.statistic().load == 10.0
