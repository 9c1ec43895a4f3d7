"""What the vendor's SDK reads on a unit of its release, the binding reads there too: every object, call, field and value."""
from __future__ import annotations

import datetime
from typing import Any, Iterator, List

import pytest

from handlers.raritan.rpc import Agent, Enumeration, Interface
from handlers.raritan.rpc._runtime.registry import find
from tests.servers import sdk
from tests.simulators.xerus import CircuitModel, MeterModel, Model, XerusPdu

SCRIPT = "tests.simulators.sdk.scripts.script"
MODEL = Model(outlets=3, phases=3, inlets=2, transfer_switch=True, disabled=(2,), not_switchable=(3,),
              meters=(MeterModel(1, circuits=(CircuitModel(0), CircuitModel(3, (1, 2)))), MeterModel(2)))


@pytest.fixture
def unit(firmware: str) -> Iterator[XerusPdu]:
    with XerusPdu(MODEL, firmware, {2: Model(outlets=2)}, http_port=0, enforce_https=False) as pdu:
        yield pdu


def _reading(unit: XerusPdu) -> List[List[str]]:
    """[interface, rid, method] of every call without parameters that only reads."""
    firmware = unit.site.firmware
    return [[served.interface, unit.site.rid(served), method.name]
            for part in unit.units.values() for served in part.objects() if firmware.version(served.interface)
            for method in firmware.methods(served.interface).values()
            if not method.takes and method.name.startswith(("get", "is", "list"))]


@pytest.mark.against("the vendor's SDK")
def test_each_value_is_the_sdk_s_under_the_sdk_s_name(unit: XerusPdu, firmware: str) -> None:
    told = _reading(unit)
    with sdk.Worker(sdk.needed(sdk.RELEASES[firmware]), SCRIPT) as worker:
        theirs = worker.order("tests.handlers.raritan.sdk_reading", "read", f"http://{unit.host}:{unit.http_port}", unit.user,
                              unit.password, told)
    different: List[str] = []
    with Agent("http", f"{unit.host}:{unit.http_port}", unit.user, unit.password) as agent:
        for (interface, rid, method), their in zip(told, theirs):
            kind = find(interface)
            assert kind is not None and issubclass(kind, Interface), interface
            different += _different(getattr(kind(rid, agent), method)(), their, f"{interface}.{method}")
    assert not different
    assert len(told) > 400


def _different(our: Any, their: Any, where: str) -> List[str]:
    """Where our value is not theirs. A tuple of ours may be longer: newer releases have more out parameters."""
    if isinstance(their, list):
        if not isinstance(our, (list, tuple)) or len(our) < len(their) or isinstance(our, list) and len(our) > len(their):
            return [f"{where}: {our} for {their}"]
        return [line for number, (one, other) in enumerate(zip(our, their))
                for line in _different(one, other, f"{where}[{number}]")]
    if not isinstance(their, dict):
        alike = our == their and isinstance(our, bool) is isinstance(their, bool)
        return [] if alike else [f"{where}: {our!r} for {their!r}"]
    (what, said), = their.items()
    if what == "map":
        pairs = [[key, value] for key, value in our.items()] if isinstance(our, dict) else None
        return _different(pairs, said, where)
    if what == "time":
        alike = isinstance(our, datetime.datetime) and [our.year, our.month, our.day] == said
    elif what == "reference":
        alike = isinstance(our, Interface) and [type(our).__name__, our.target] == said
    elif what == "enumeration":
        alike = isinstance(our, Enumeration) and our.val == said        # some were called otherwise in old releases
    else:
        alike = type(our).__name__ == said[0]
    if not alike:
        return [f"{where}: {our!r} for {said}"]
    fields = said[1] if what == "structure" else {}
    # A field that is not declared is read as plain JSON all the same.
    undeclared = sorted(our._wire.rest.keys() & fields.keys()) if what == "structure" else []
    return [*(f"{where}.{name} is not declared" for name in undeclared),
            *(line for name, value in fields.items()
              for line in _different(getattr(our, name, "no such field"), value, f"{where}.{name}"))]
