"""Printed structures, compared with the vendor's SDK.

SDKs before 4.4 print some parts differently; `_facts` leaves these out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from handlers.raritan.rpc import Agent, Interface, cert
from handlers.raritan.rpc._runtime.registry import find
from handlers.raritan.rpc._runtime.structures import decode_structure
from tests.servers import sdk
from tests.servers.worker import Worker
from tests.simulators.xerus import Model, XerusPdu

from .declared import Nowhere

SCRIPT = "tests.simulators.sdk.scripts.script"
PDU, OUTLET, INLET = "/model/pdu/0", "/model/pdu/0/outlet/0", "/model/pdu/0/inlet/0"
CALLS: list[list[str]] = [
    ["pdumodel.Pdu", PDU, "getMetaData"],
    ["pdumodel.Pdu", PDU, "getSettings"],
    ["pdumodel.Pdu", PDU, "getStatistic"],
    ["pdumodel.Outlet", OUTLET, "getMetaData"],
    ["pdumodel.Outlet", OUTLET, "getSettings"],
    ["pdumodel.Outlet", OUTLET, "getState"],
    ["pdumodel.Outlet", OUTLET, "getSensors"],
    ["pdumodel.Inlet", INLET, "getSensors"],
    ["devsettings.Snmp", "/snmp", "getConfiguration"],
    ["sensors.NumericSensor", f"{OUTLET}/current", "getMetaData"],
    ["sensors.NumericSensor", f"{OUTLET}/current", "getThresholds"],
    ["peripheral.DeviceSlot", "/model/peripheraldeviceslot/0", "getSettings"],
]
LINKED = [["cascading.CascadeManager", "/cascade", "getStatus"], ["net.Net", "/net", "getSettings"]]


@pytest.fixture
def unit(firmware: str) -> Iterator[XerusPdu]:
    links = {} if firmware == "3.3" else {2: Model(outlets=1)}
    with XerusPdu(Model(outlets=2, phases=3), firmware, links) as pdu:
        yield pdu


def _ours(to: Agent, asked: list[list[str]]) -> list[str]:
    out = []
    for interface, rid, method in asked:
        kind = find(interface)
        assert kind is not None and issubclass(kind, Interface)
        out.append(str(getattr(kind(rid, to), method)()))
    return out


@pytest.mark.sample(2)
@pytest.mark.against("the vendor's SDK")
def test_structures_print_as_the_sdk_prints_them(to: Agent, unit: XerusPdu, firmware: str) -> None:
    calls = CALLS + (LINKED if firmware != "3.3" else [])
    release = sdk.RELEASES[firmware]
    with Worker(sdk.needed(release), SCRIPT) as worker:
        theirs: Any = worker.order(
            "tests.handlers.raritan.sdk_steps", "printed", unit.url, unit.user, unit.password, calls
        )
    assert len(theirs) == len(calls)
    for call, our, their in zip(calls, _ours(to, calls), theirs):
        if firmware == "4.4":
            assert our == their, call
        else:
            assert _facts(our) == _facts(their), call


def _facts(text: str) -> list[str]:
    """Return the sorted lines. Parts that older releases print differently are removed: quotes,
    padding, "(UTC)", and brackets, commas and "=" at the end of a line.

    Empty lines and lines with a name in _RENAMED are left out.
    """
    lines = (
        " ".join(line.replace('"', "").replace(" (UTC)", "").split()).rstrip("[]{}, =")
        for line in text.splitlines()
    )
    return sorted(line for line in lines if line and not any(name in line for name in _RENAMED))


_RENAMED = (
    "CSumErrCnt",
    "primaryUnit",
    "master",
    "MASTER",
    "PRIMARY_UNIT",
    "ONBOARD",
    "ONEWIRE",
    "SLAVE",
    "EXPANSION",
)


@pytest.mark.parametrize(
    "wire", [{"keyLength": 2048}, {"keyType": 1, "ellipticCurve": 0, "rsaKeyLength": 2048}]
)
def test_an_older_field_is_printed_inside_the_field_that_holds_it_now(wire: dict[str, int]) -> None:
    request = decode_structure(
        cert.ServerSSLCert.ReqInfo, {"subject": {"commonName": "a"}, **wire}, Nowhere()
    )
    _, inside = str(request).split("\n    * keyInfo = cert.ServerSSLCert.KeyInfo:\n")
    assert inside.splitlines()[-1] == "        * rsaKeyLength = 2048"
