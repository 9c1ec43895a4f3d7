"""A simulated device for each handler, with planted names, addresses, serial numbers and secrets.

The functions here also identify, read, record and replay devices.
"""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Callable, NamedTuple, Optional, Union

import pytest

from pdu import root
from pdu.loading.handler_loading import load
from pdu.recordings import handler_recordings
from pdu.recordings.recording_formats import Recording, RecordingOptions
from pdu.recordings.web.har import Answer, WebRecording
from pdu_common.connection import PduData, PduSnmpData
from tests.pdu.recordings.recording_formats import kind
from tests.ports import at_reserved_port
from tests.simulators.nut_server import ADMIN, NutServer, StaticDevice, SwitchedPdu
from tests.simulators.redfish import Model as RedfishModel, Pdu, RedfishService
from tests.simulators.snmp_agent import Agent, Device, Row
from tests.simulators.snmp_agent.devices.apc import rpdu2
from tests.simulators.xerus import Model, XerusPdu

# A recording must contain none of these values.
COMMUNITY = "s3cr3t-community"
SECRETS = (COMMUNITY, ADMIN.password, "Pa55-of-the-unit")
NAMES = ("db-master-kunde7", "Hetzmann-GmbH", "frontend42.kunde.example", "Schmidt")
ADDRESSES = (
    "10.20.30.40",
    "203.0.200.17",
    "00:0d:5d:0e:ef:dd",
    "000d5d0eefdd",
    "noc@kunde.example",
    "fd00:12:34::7",
)
SERIALS = ("PK65860010", "5A1234E00001")
PLANTED = (*SECRETS, *NAMES, *ADDRESSES, *SERIALS)

Printed = pytest.CaptureFixture[str]


class Unit(NamedTuple):
    """A device under test: its handler and its connection data."""

    handler: str
    data: Union[PduData, PduSnmpData]


class Read(NamedTuple):
    """States and figures that a handler reads from a device."""

    states: list[tuple[str, str]]
    load: Optional[float]
    energy: Optional[float]
    ports: list[tuple[str, Optional[float]]]


def identified(capsys: Printed, code: int, *arguments: str) -> Any:
    """Run `pdu identify --json`, check its exit code, and return the parsed output."""
    assert root.run(["identify", *arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def arguments(unit: Unit) -> list[str]:
    """Arguments of `pdu identify` for the unit, without its password or community."""
    if isinstance(unit.data, PduSnmpData):
        return [f"{unit.data.ip}:{unit.data.snmp_params['port']}"]
    assert isinstance(unit.data, PduData)
    plain = {
        key: value
        for key, value in unit.data.custom_params.items()
        if key not in ("password", "port")
    }
    settings = (part for key, value in plain.items() for part in ("-s", f"{key}={value}"))
    return [f"{unit.data.ip}:{unit.data.custom_params['port']}", *settings]


def read(unit: Unit) -> Read:
    pdu: Any = load(unit.handler).make(unit.data)
    view = pdu.statistic()
    return Read(
        [(port.identity, port.power_status.name) for port in pdu.status().ports],
        view.load,
        view.total_consumption,
        [(port.identity, port.consumption) for port in view.ports],
    )


@contextlib.contextmanager
def snmp(more: Mapping[str, str] = {}) -> Iterator[Unit]:
    rows = rpdu2(outlets=8).device.rows()
    texts = {
        "1.3.6.1.2.1.1.4.0": "Schmidt <noc@kunde.example>",
        "1.3.6.1.2.1.1.5.0": "frontend42.kunde.example",
        "1.3.6.1.2.1.1.6.0": "Hetzmann-GmbH",
        "1.3.6.1.4.1.318.9.1.0": "db-master-kunde7 at 10.20.30.40",
        "1.3.6.1.4.1.318.9.2.0": "SN: PK65860010",
        "1.3.6.1.4.1.318.9.3.0": COMMUNITY,
        "1.3.6.1.4.1.318.9.5.0": "fd00:12:34::7",
        "1.3.6.1.4.1.318.9.6.0": "5A1234E00001",
        "1.3.6.1.4.1.318.9.7.0": "trap to 203.0.200.17 by Schmidt",
    }
    texts.update({f"1.3.6.1.4.1.318.9.99.{n}": text for n, text in enumerate(more.values(), 1)})
    rows.update({oid: Row(4, text.encode()) for oid, text in texts.items()})
    rows["1.3.6.1.4.1.318.9.4.0"] = Row(4, bytes.fromhex("000d5d0eefdd"))
    rows["1.3.6.1.4.1.318.9.8.1.10.20.30.40"] = Row(64, bytes((10, 20, 30, 40)))
    names = [oid for oid in rows if oid.startswith("1.3.6.1.4.1.318.1.1.12.3.5.1.1.2.")]
    rows[names[0]] = Row(4, b"db-master-kunde7")
    device = Device(rows)
    with at_reserved_port(lambda port: Agent(device, port, COMMUNITY)) as agent:
        yield Unit(
            "snmp", PduSnmpData(agent.host, {"port": str(agent.port), "community": COMMUNITY})
        )


def https_data(unit: Union[XerusPdu, RedfishService]) -> PduData:
    login = {"username": unit.user, "password": unit.password, "ca_pem": unit.ca_pem}
    return PduData(unit.host, {"port": str(unit.port), **login})


@contextlib.contextmanager
def raritan(more: Mapping[str, str] = {}) -> Iterator[Unit]:
    # A stopped clock keeps the energy counters constant.
    def simulated_pdu(port: int) -> XerusPdu:
        return XerusPdu(
            Model(serial="PK65860010"),
            https_port=port,
            password="Pa55-of-the-unit",
            clock=lambda: 1000.0,
        )

    with at_reserved_port(simulated_pdu) as pdu:
        unit = pdu.units[0]
        for index, name in enumerate(NAMES):
            unit.outlets[index].settings["name"] = name
        unit.settings["name"] = "10.20.30.40 / PK65860010 / 00:0d:5d:0e:ef:dd"
        unit.outlets[-1].settings["name"] = "\n".join(more.values())
        yield Unit("raritan", https_data(pdu))


@contextlib.contextmanager
def nut(texts: Mapping[str, str] = {}) -> Iterator[Unit]:
    plain = SwitchedPdu("Hetzmann-GmbH", outlets=4)
    more = {
        "device.serial": "PK65860010",
        "ups.serial": "5A1234E00001",
        "device.macaddr": "00 0d 5d 0e ef dd",
        "device.contact": "Schmidt",
        "device.location": "Hetzmann-GmbH",
        "driver.parameter.port": "10.20.30.40",
        "driver.parameter.community": COMMUNITY,
        "outlet.2.desc": "db-master-kunde7",
        "outlet.2.name": "Schmidt",
        "device.description": "frontend42.kunde.example",
        "device.part": f"log in with {ADMIN.password}",
        "ups.id": "frontend42.kunde.example",
        "ups.test.result": "mail to noc@kunde.example failed (203.0.200.17)",
    }
    more.update({f"device.note.{n}": text for n, text in enumerate(texts.values(), 1)})
    device = StaticDevice(
        plain.name,
        {**plain.variables(), **more},
        plain.commands(),
        ["outlet.2.desc"],
        "PDU of Schmidt",
    )
    with at_reserved_port(lambda port: NutServer([device], port=port)) as server:
        login = {"username": ADMIN.name, "password": ADMIN.password}
        yield Unit("nut", PduData(server.host, {"port": str(server.port), **login}))


@contextlib.contextmanager
def redfish(texts: Mapping[str, str] = {}) -> Iterator[Unit]:
    pdu = Pdu(outlets=("A1", "A2", "B1", "B2", "C1"), off=("B2",), serial="PK65860010")

    def service(port: int) -> RedfishService:
        return RedfishService(RedfishModel((pdu,)), port=port, password="Pa55-of-the-unit")

    with at_reserved_port(service) as unit:
        for identity, name in zip(("A1", "A2", "B1", "B2"), NAMES):
            unit.outlet(identity).name = name
        more: dict[str, object] = {
            "Oem": {"Vendor": dict(texts), "Notes": list(texts.values())},
            "AssetTag": "5A1234E00001",
            "UserLabel": "10.20.30.40 / PK65860010 / 00:0d:5d:0e:ef:dd",
            "Description": "fd00:12:34::7 noc@kunde.example 203.0.200.17",
        }
        unit.rewrite = lambda target, body: {**body, **more} if body.get("Id") == "1" else body
        yield Unit("redfish", https_data(unit))


# Their ports are free over TCP and UDP: `pdu identify` asks both, and another test's server on the
# other one would answer.
UNITS: dict[str, Callable[..., AbstractContextManager[Unit]]] = {
    "snmp": snmp,
    "raritan": raritan,
    "nut": nut,
    "redfish": redfish,
}
HANDLERS = pytest.mark.parametrize("handler", list(UNITS))


@contextlib.contextmanager
def replayed(handler: str, text: str) -> Iterator[Unit]:
    """Replay a recording as a device. Yield the device with its connection data."""
    device = kind(handler).serve(text, 0)
    try:
        login_by_handler: dict[str, dict[str, str]] = {
            "raritan": {"scheme": "http", "username": "any", "password": "any"},
            "redfish": {"scheme": "http", "username": "any", "password": "any"},
            "nut": {"username": "any", "password": "any"},
        }
        where = {"port": str(device.port)}
        yield Unit(
            handler,
            (
                PduSnmpData(device.host, {**where, "community": "public"})
                if handler == "snmp"
                else PduData(device.host, {**where, **login_by_handler[handler]})
            ),
        )
    finally:
        device.close()


def recorded(unit: Unit) -> str:
    """Record a device and return the text of the recording."""
    return handler_recordings.recorded(load(unit.handler), unit.data, RecordingOptions()).text


@functools.cache
def recording_of(handler: str) -> tuple[Read, Recording]:
    """Record the handler's unit of UNITS, once.

    Return what the handler read from it beforehand, and the recording.
    """
    with UNITS[handler]() as unit:
        return read(unit), handler_recordings.recorded(load(handler), unit.data, RecordingOptions())


def text_of_answers(handler: str, answers: Mapping[str, Any]) -> str:
    """A recording with these answers in JSON to GET, by their paths; nothing more is known."""
    rows = [Answer(f"GET {path}", document) for path, document in answers.items()]
    return WebRecording(rows, handler=handler).text


def recorded_answers(handler: str, answers: Mapping[str, Any]) -> str:
    """A recording of a device that gives these answers."""
    with replayed(handler, text_of_answers(handler, answers)) as unit:
        return recorded(unit)
