"""The binding and the SDK of the unit's release return the same values from read-only calls without
parameters.

The SDK raises on a missing field, so each call also shows that the simulator's answer is complete.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.raritan.rpc import Agent, Enumeration, Interface
from handlers.raritan.rpc._runtime.registry import find
from tests.servers import sdk
from tests.servers.worker import Worker
from tests.simulators.xerus import SPLIT_PHASE, CircuitModel, MeterModel, Model, XerusPdu

SCRIPT = "tests.simulators.sdk.scripts.script"
CIRCUITS = (CircuitModel(0, name="rack 1"), CircuitModel(3, (1, 2)), CircuitModel(9, metered=False))
# Nine outlets: a unit with fewer has no overcurrent protectors.
MODEL = Model(
    outlets=9,
    phases=3,
    inlets=2,
    transfer_switch=True,
    disabled=(2,),
    not_switchable=(3,),
    meters=(MeterModel(1, circuits=CIRCUITS), MeterModel(4, SPLIT_PHASE)),
)


@pytest.fixture
def unit(firmware: str) -> Iterator[XerusPdu]:
    with XerusPdu(MODEL, firmware, {2: Model(outlets=2)}, http_port=0, enforce_https=False) as pdu:
        yield pdu


def _reading(unit: XerusPdu) -> list[list[str]]:
    """Return [interface, rid, method] of every call that only reads and takes no parameters.

    Of sensors that differ only in the part measured, such as the voltages of inlets, poles and
    outlets, only the first is called.
    """
    firmware = unit.site.firmware
    sensors: set[tuple[str, str]] = set()
    calls: list[list[str]] = []
    for interface in (
        served
        for part in unit.units.values()
        for served in part.objects()
        if firmware.version(served.interface)
    ):
        rid = unit.site.rid(interface)
        if interface.interface.startswith("sensors."):
            kind = interface.interface, re.sub(r".*\d", "", rid)  # "VoltageLN" of …/I0P0VoltageLN
            if kind in sensors:
                continue
            sensors.add(kind)
        calls += [
            [interface.interface, rid, method.name]
            for method in firmware.methods(interface.interface)
            if hasattr(interface, method.name)
            and not method.takes
            and method.name.startswith(("get", "is", "list"))
        ]
    return calls


@pytest.mark.against("the vendor's SDK")
@pytest.mark.sample(1)
def test_the_binding_reads_the_same_values_under_the_same_names_as_the_sdk(
    unit: XerusPdu, firmware: str
) -> None:
    requests = _reading(unit)
    with Worker(sdk.needed(sdk.RELEASES[firmware]), SCRIPT) as worker:
        theirs = worker.order(
            "tests.handlers.raritan.sdk_steps",
            "read",
            f"http://{unit.host}:{unit.http_port}",
            unit.user,
            unit.password,
            requests,
        )
    different: list[str] = []
    with Agent("http", f"{unit.host}:{unit.http_port}", unit.user, unit.password) as agent:
        for (interface, rid, method), their in zip(requests, theirs):
            kind = find(interface)
            assert kind is not None and issubclass(kind, Interface), interface
            different += _different(
                getattr(kind(rid, agent), method)(), their, f"{interface}.{method}"
            )
    assert not different
    assert len(theirs) == len(requests) > 300


def _different(our: Any, their: Any, where: str) -> list[str]:
    """Return one line for each place where our value differs from the SDK's.

    Our tuple may be longer, since newer releases have more out parameters. Times are compared by
    date only.
    """
    if isinstance(their, list):
        if (
            not isinstance(our, (list, tuple))
            or len(our) < len(their)
            or isinstance(our, list)
            and len(our) > len(their)
        ):
            return [f"{where}: {our} for {their}"]
        return [
            line
            for number, (one, other) in enumerate(zip(our, their))
            for line in _different(one, other, f"{where}[{number}]")
        ]
    if not isinstance(their, dict):
        alike = our == their and isinstance(our, bool) is isinstance(their, bool)
        return [] if alike else [f"{where}: {our!r} for {their!r}"]
    ((what, content),) = their.items()
    if what == "map":
        pairs = [[key, value] for key, value in our.items()] if isinstance(our, dict) else None
        return _different(pairs, content, where)
    if what == "time":
        alike = isinstance(our, datetime.datetime) and [our.year, our.month, our.day] == content
    elif what == "reference":
        alike = isinstance(our, Interface) and [type(our).__name__, our.target] == content
    elif what == "enumeration":
        # by number: old releases name some members differently
        alike = isinstance(our, Enumeration) and our.val == content
    else:
        alike = type(our).__name__ == content[0]
    if not alike:
        return [f"{where}: {our!r} for {content}"]
    fields = content[1] if what == "structure" else {}
    # The binding reads undeclared fields too, as plain JSON, so they must be reported here.
    undeclared_fields = sorted(our._wire.rest.keys() & fields.keys()) if what == "structure" else []
    return [
        *(f"{where}.{name} is not declared" for name in undeclared_fields),
        *(
            line
            for name, value in fields.items()
            for line in _different(getattr(our, name, "no such field"), value, f"{where}.{name}")
        ),
    ]
