"""The binding compared with the vendor's newest SDK: names, kinds, fields, types and values."""

from __future__ import annotations

import importlib
import inspect
import re
import typing
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.raritan.rpc import Enumeration, Interface, Structure, Time, ValueObject, pdumodel
from handlers.raritan.rpc._runtime.registry import MODULES, OTHER_MODULES, idl_name
from handlers.raritan.rpc._runtime.structures import field_names
from tests.needs import ROOT
from tests.processes import sdk
from tests.processes.worker import Worker

from .declared import PORT_PROPERTIES, calls, classes, hints
from .sdk_steps import named

SCRIPT, STEPS = "tests.simulators.sdk.script", "tests.handlers.raritan.sdk_steps"
NEWEST = sdk.RELEASES["4.4"]
Names = dict[str, dict[str, Any]]
pytestmark = pytest.mark.against("the vendor's SDK")

# With their inner types, what only the vendor's module of that name has.
_ELSEWHERE = ("peripheral.GatewaySensorManager", "peripheral.ModbusCfg")
# Arguments that firmware 4.0.0 takes and 4.4.1 does not (Security.idl, SensorLogger.idl). They
# follow the others.
_MORE = {
    ("security.Security", "setBlockSettings"): ["maxFailedLogins"],
    ("sensors.Logger", "setSettings"): ["samplesPerRecord"],
}


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(sdk.needed(NEWEST), SCRIPT) as worker_process:
        yield worker_process


@pytest.fixture(scope="module")
def theirs(worker: Worker) -> Names:
    names_by_module: Names = worker.order(STEPS, "names", "http://127.0.0.1:1", "", "", None)
    modules = {name.partition(".")[0] for name in names_by_module}
    assert len(names_by_module) > 700
    assert len(modules) == 43
    return {
        name: facts
        for name, facts in names_by_module.items()
        if name.partition(".")[0] not in OTHER_MODULES
        and ".".join(name.split(".")[:2]) not in _ELSEWHERE
    }


def _ours(name: str) -> Any:
    return named(name, "handlers.raritan.rpc")


def _of(theirs: Names, kind: str) -> Iterator[tuple[str, dict[str, Any], Any]]:
    members = [(name, facts) for name, facts in theirs.items() if facts["kind"] == kind]
    assert members, f"the SDK has no {kind}"
    for name, facts in members:
        yield name, facts, _ours(name)


def test_each_module_is_in_the_registry_and_each_definition_in_its_module(theirs: Names) -> None:
    assert {name.partition(".")[0] for name in theirs} <= MODULES
    for name in theirs:
        assert _ours(name) is not None, name


@pytest.mark.parametrize("release", sdk.RELEASES.values())
def test_each_module_of_a_release_of_the_sdk_is_here_or_known_to_be_elsewhere(release: str) -> None:
    package = sdk.needed(release) / "raritan" / "rpc"
    modules = {file.parent.name for file in package.glob("[a-z]*/__init__.py")}
    assert len(modules) > 40
    assert modules <= MODULES | OTHER_MODULES
    assert not MODULES & OTHER_MODULES


def test_the_page_lists_the_modules_that_are_here() -> None:
    page = (ROOT / "docs" / "libraries.md").read_text("utf-8")
    _, _, after_heading = page.partition("\n### Modules\n")
    section, _, _ = after_heading.partition("\n### ")
    here, _, elsewhere = section.partition(": what ")
    files = (ROOT / "handlers" / "raritan" / "rpc").glob("[a-z]*")

    assert {file.stem for file in files} == MODULES
    assert set(re.findall(r"`(\w+)`", here)) == MODULES
    examples_of_others = set(re.findall(r"`(\w+)`", elsewhere))
    assert examples_of_others
    assert examples_of_others <= OTHER_MODULES


@pytest.mark.parametrize("name", sorted(OTHER_MODULES))
def test_the_import_of_a_module_that_only_the_vendor_has_says_so(name: str) -> None:
    with pytest.raises(ImportError, match=f"no module {name}: the vendor's own binding has it"):
        exec(f"from handlers.raritan.rpc import {name}", {})
    # Python itself answers the other form
    with pytest.raises(ModuleNotFoundError, match=f"No module named 'handlers.raritan.rpc.{name}'"):
        importlib.import_module(f"handlers.raritan.rpc.{name}")


def test_interfaces_have_the_same_methods_parameters_results_and_constants(theirs: Names) -> None:
    for name, facts, ours in _of(theirs, "interface"):
        assert issubclass(ours, Interface), name
        assert ours.idlType == facts["type"], name
        declared_calls = calls(ours)
        for method, (their_parameters, their_results) in facts["methods"].items():
            where = (name, method)
            call = declared_calls[method]
            parameters = [parameter for parameter in call.types if parameter != "return"]
            assert parameters == their_parameters + _MORE.get(where, []), where
            assert list(call.forms[0]) == their_results, where
        for constant, value in facts["constants"].items():
            assert getattr(ours, constant) == value, (name, constant)


def test_enumerations_have_the_same_values_in_the_same_order(theirs: Names) -> None:
    for name, facts, ours in _of(theirs, "enumeration"):
        assert issubclass(ours, Enumeration), name
        assert ours.values[: len(facts["values"])] == facts["values"], name
        assert [ours.decode(number).name for number in range(len(facts["values"]))] == facts[
            "values"
        ], name


def test_structures_and_value_objects_are_made_of_the_same_fields_in_the_same_order(
    theirs: Names,
) -> None:
    for name, facts, ours in _of(theirs, "structure"):
        assert issubclass(ours, Structure), name
        names = facts["fields"]
        assert ours.elements == names == list(field_names(ours))[: len(names)], name


def test_functions_take_the_same_arguments_first(theirs: Names) -> None:
    for name, facts, ours in _of(theirs, "function"):
        assert (
            list(inspect.signature(ours).parameters)[: len(facts["parameters"])]
            == facts["parameters"]
        ), name


def test_the_sdk_decodes_and_encodes_every_structure_as_we_declare_it(
    theirs: Names, worker: Worker
) -> None:
    kinds = [kind for kind in classes(Structure) if idl_name(kind) in theirs]
    assert len(kinds) > 310
    examples = [[idl_name(kind), _filled(kind)] for kind in kinds]

    echoes = worker.order(STEPS, "echoed", "http://127.0.0.1:1", "", "", examples)

    different = {name: echo for (name, json), echo in zip(examples, echoes) if echo != json}
    assert different == {}


def _filled(kind: type[Any]) -> dict[str, Any]:
    """Return JSON with a value in every field of the newest firmware.

    Lists and maps have one entry, but a list of `kind` itself is empty.
    """
    every = hints(kind)
    json = {name: _value(every[name], kind) for name in kind.elements}
    return {**json, **_OF_OTHER_MODULES.get(idl_name(kind), {})}


# Fields whose types are of modules that are not here; the SDK takes no other types.
_OF_OTHER_MODULES: dict[str, dict[str, Any]] = {
    "pdumodel.Pdu.PortWithProperties": {
        "port": {"rid": "/x", "type": "portsmodel.Port:2.0.4"},
        "properties": PORT_PROPERTIES,
    },
    "peripheral.SensorHub.HubPortInfo": {
        "fuse": {"rid": "/x", "type": "portsmodel.PortFuse:1.0.1"},
    },
}


def _value(hint: Any, holder: Any) -> Any:
    """JSON of a type, in a structure `holder`, which its lists do not repeat."""
    origin = typing.get_origin(hint)
    args = typing.get_args(hint)
    if origin is typing.Union:
        return pdumodel.Pdu.idlType if type[Any] in args else _value(args[0], holder)
    if origin is list:
        return [] if args[0] is holder else [_value(args[0], holder)]
    if origin is dict:
        return [{"key": _value(args[0], holder), "value": _value(args[1], holder)}]
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if issubclass(hint, ValueObject):
        return {"type": hint.idlType, "value": _filled(hint)}
    if issubclass(hint, Structure):
        return _filled(hint)
    if issubclass(hint, Interface):
        # the type Interface means any reference
        return {"rid": "/x", "type": hint.idlType or pdumodel.Pdu.idlType}
    return len(hint.values) - 1


_SIMPLE: dict[Any, Any] = {
    bool: True,
    int: 3,
    float: 1.5,
    str: "text",
    Time: 1700000000,
    Any: {"a": [1]},
}
