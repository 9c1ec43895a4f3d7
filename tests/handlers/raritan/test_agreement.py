"""The binding and the SDK of the unit's release return the same values from read-only calls without
parameters, and SDK 4.4 prints structures alike.

The SDK raises on a missing field, so each call also shows that the simulator's answer is complete.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest

from handlers.raritan.rpc import Agent, Enumeration, Interface, Structure
from handlers.raritan.rpc._runtime.registry import class_of_idl_type
from tests.processes import sdk
from tests.processes.worker import Worker
from tests.simulators.xerus import SPLIT_PHASE, CircuitModel, MeterModel, Model, XerusPdu

from . import sdk_steps

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


def reading_calls(unit: XerusPdu) -> list[list[str]]:
    """[interface, rid, method] of every call that only reads and takes no parameters.

    Of sensors that differ only in the part measured, such as the voltages of inlets, poles and
    outlets, only the first is called.
    """
    firmware = unit.site.firmware
    sensors: set[tuple[str, str]] = set()
    calls: list[list[str]] = []
    for part in unit.units.values():
        for served in part.objects():
            rid = unit.site.rid(served)
            kind = served.interface, re.sub(r".*\d", "", rid)  # "VoltageLN" of …/I0P0VoltageLN
            if firmware.version(served.interface) is None or kind in sensors:
                continue
            if served.interface.startswith("sensors."):
                sensors.add(kind)
            calls += [
                [served.interface, rid, method.name]
                for method in firmware.methods(served.interface)
                if not method.takes
                and method.name.startswith(("get", "is", "list"))
                and hasattr(served, method.name)
            ]
    return calls


@pytest.mark.sample(1)
@pytest.mark.against("the vendor's SDK")
def test_the_binding_reads_and_prints_values_as_the_sdk(firmware: str) -> None:
    with XerusPdu(
        MODEL,
        firmware,
        {2: Model(outlets=2)},
        http_port=0,
        enforce_https=False,
        clock=lambda: 1000.0,
    ) as unit:
        calls = reading_calls(unit)
        address = f"{unit.host}:{unit.http_port}"
        with Worker(sdk.needed(sdk.RELEASES[firmware]), "tests.simulators.sdk.script") as worker:
            theirs = worker.order(
                "tests.handlers.raritan.sdk_steps",
                "read",
                f"http://{address}",
                unit.user,
                unit.password,
                calls,
            )
        with Agent("http", address, unit.user, unit.password) as agent:
            for (interface, rid, method), (their, text) in zip(calls, theirs):
                kind = class_of_idl_type(interface)
                assert kind is not None, interface
                assert issubclass(kind, Interface), interface
                our = getattr(kind(rid, agent), method)()
                assert is_alike(our, their), f"{interface}.{method}: {our} for {their}"
                if firmware == "4.4" and isinstance(our, Structure):
                    # the SDK prints a float that the unit sent as 0 without a point
                    assert str(our).replace("= 0.0", "= 0") == text.replace("= 0.0", "= 0")
    assert len(theirs) == len(calls) > 200


def is_alike(our: Any, their: Any) -> bool:
    """Whether a value of the binding is one of the SDK, as `sdk_steps.plain` returns it.

    Our tuple and our structure may have more parts, those of newer releases. Times are compared by
    date.
    """
    if isinstance(their, list):
        is_same_length = isinstance(our, list) and len(our) == len(their)
        return is_same_length and all(map(is_alike, our, their))
    if not isinstance(their, dict):
        return our == their and isinstance(our, bool) is isinstance(their, bool)
    ((kind, content),) = their.items()
    if kind == "tuple":
        return isinstance(our, tuple) and all(map(is_alike, our, content))
    if kind == "map":
        return isinstance(our, dict) and is_alike([list(pair) for pair in our.items()], content)
    if kind == "time":
        return isinstance(our, datetime.datetime) and str(our.date()) == content
    if kind == "reference":
        return isinstance(our, Interface) and [type(our).__name__, our.target] == content
    if kind == "enumeration":
        # by number: old releases name some members differently
        return isinstance(our, Enumeration) and our.val == content
    name, fields = content
    if type(our).__name__ != name:
        return False
    if our._wire.undeclared_fields.keys() & fields.keys():
        return False  # the binding reads undeclared fields too, as plain JSON
    return all(is_alike(getattr(our, field, None), value) for field, value in fields.items())


#: name -> whether it was sent, and the error: of the SDK, and of this binding
DIFFERENCES = {
    "null number": ([True, "AssertionError"], [True, "FieldNotSent"]),
    "number not sent": ([True, "KeyError"], [True, "FieldNotSent"]),
    "null event": ([True, ""], [True, ""]),
    "missing result": ([True, "KeyError"], [True, "JsonRpcSyntaxException"]),
    "unknown element": ([True, ""], [False, "TypeError"]),
    "object of another unit": ([True, ""], [False, "TypeError"]),
    "lost octet": ([True, ""], [False, "TypeError"]),
}


@pytest.mark.against("the vendor's SDK")
def test_the_binding_is_as_strict_as_the_sdk_or_stricter() -> None:
    """Each difference is in docs/libraries.md, under "Differences"."""
    with Worker(sdk.needed(sdk.RELEASES["4.4"]), "tests.simulators.sdk.script") as worker:
        step = ("tests.handlers.raritan.sdk_steps", "differences", "http://127.0.0.1:1", "", "")
        theirs = worker.order(*step, "raritan.rpc")
    ours = sdk_steps.differences(None, "handlers.raritan.rpc")
    assert {name: (theirs[name], ours[name]) for name in ours} == DIFFERENCES
