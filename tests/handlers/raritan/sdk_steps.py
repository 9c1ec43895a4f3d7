"""Steps for the worker process of the vendor's SDK: which names it has, what it reads, prints and
encodes.
"""

from __future__ import annotations

import datetime
import importlib
import inspect
import pkgutil
import re
from typing import Any, Callable


def _proxy(agent: Any, interface: str, rid: str) -> Any:
    module, _, name = interface.partition(".")
    return getattr(importlib.import_module(f"raritan.rpc.{module}"), name)(rid, agent)


def names(agent: Any, asked: Any) -> dict[str, dict[str, Any]]:
    """Return the kind and the members of public classes and functions, by `module.Class.Inner`."""
    rpc = importlib.import_module("raritan.rpc")
    results: dict[str, dict[str, Any]] = {}
    for entry in pkgutil.iter_modules(rpc.__path__):
        if entry.ispkg:
            _visit(rpc, importlib.import_module(f"raritan.rpc.{entry.name}"), entry.name, results)
    return results


def _visit(rpc: Any, holder: Any, prefix: str, results: dict[str, dict[str, Any]]) -> None:
    """Add the public classes in a module or class, and the functions of a module."""
    vendor_module = f"raritan.rpc.{prefix.partition('.')[0]}"
    for name, value in vars(holder).items():
        is_imported = not getattr(value, "__module__", "").startswith(vendor_module)
        if name.startswith("_") or is_imported:
            continue
        is_function = inspect.isfunction(value) and inspect.ismodule(holder)
        if is_function or inspect.isclass(value):
            results[f"{prefix}.{name}"] = _described(rpc, value)
        if inspect.isclass(value):
            _visit(rpc, value, f"{prefix}.{name}", results)


def _described(rpc: Any, value: Any) -> dict[str, Any]:
    if inspect.isfunction(value):
        return {"kind": "function", "parameters": list(inspect.signature(value).parameters)}
    if issubclass(value, rpc.Enumeration):
        return {"kind": "enumeration", "values": value.values}
    if issubclass(value, (rpc.Structure, rpc.ValueObject)):
        return {"kind": "structure", "fields": list(inspect.signature(value).parameters)}
    if issubclass(value, rpc.Interface):
        return _described_interface(rpc, value)
    return {"kind": "class"}


def _described_interface(rpc: Any, interface: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    for base in reversed(interface.__mro__):
        attributes.update(vars(base))
    methods = {}
    constants = {}
    for name, attribute in attributes.items():
        if isinstance(attribute, int) and not name.startswith("_"):
            constants[name] = attribute
        is_method = inspect.isclass(attribute) and issubclass(attribute, rpc.Interface.Method)
        if is_method and hasattr(attribute, "name"):
            parameters = list(inspect.signature(attribute.encode).parameters)
            methods[attribute.name] = [parameters, _results(attribute.decode)]
    return {
        "kind": "interface",
        "type": interface.idlType,
        "methods": methods,
        "constants": constants,
    }


def _results(decode: Any) -> list[str]:
    """Return the names of the results in their order, from the last line of the
    function's source.
    """
    last = inspect.getsource(decode).strip().splitlines()[-1]
    return [] if last.strip() == "return None" else re.findall(r"\w+", last)[1:]


def named(name: str, rpc: str = "raritan.rpc") -> Any:
    """Return the definition `module.Class.Inner` of the SDK, or of another binding in the package
    `rpc`.
    """
    module, *path = name.split(".")
    value: Any = importlib.import_module(f"{rpc}.{module}")
    for part in path:
        value = getattr(value, part)
    return value


def echoed(agent: Any, asked: list[list[Any]]) -> list[Any]:
    """Return the JSON of each [structure, JSON] after the SDK decoded and encoded it, or the repr
    of the SDK's error.
    """
    out = []
    for name, sent in asked:
        try:
            out.append(named(name).decode(sent, agent).encode())
        except Exception as error:  # the failed test shows it
            out.append(repr(error))
    return out


def read(agent: Any, asked: list[list[str]]) -> list[Any]:
    """Return the result of each call [interface, rid, method], as JSON and as text."""
    out = []
    for interface, rid, method in asked:
        value = getattr(_proxy(agent, interface, rid), method)()
        out.append([plain(value), str(value)])
    return out


class _ScriptedAgent:
    """Answers each call with the same result, and notes whether one was sent."""

    def __init__(self, answer: Any, url: str = "https://a") -> None:
        self.url = self.netloc = url
        self.timeout = None
        self.sent = False
        self._answer = answer

    def json_rpc(self, *_: Any, **__: Any) -> Any:
        self.sent = True
        return self._answer


_READING = {
    "timestamp": 1,
    "available": True,
    "valid": True,
    "status": dict.fromkeys(
        ("aboveUpperCritical", "aboveUpperWarning", "belowLowerWarning", "belowLowerCritical"),
        False,
    ),
}


def differences(_: Any, package: str) -> dict[str, list[Any]]:
    """Whether a call was sent, and the error, "" for none, of what the page of the library names as
    a difference. `package`: `raritan.rpc` or another binding.
    """
    outlet = named("pdumodel.Outlet", package)
    agents = {
        "null number": _ScriptedAgent({"_ret_": {**_READING, "value": None}}),
        "number not sent": _ScriptedAgent({"_ret_": _READING}),
        "null event": _ScriptedAgent({"_ret_": False, "events": [None]}),
        "missing result": _ScriptedAgent({"_ret_": False}),
        "unknown element": _ScriptedAgent({"_ret_": 0}),
        "object of another unit": _ScriptedAgent({"_ret_": 0, "group": None}),
        "lost octet": _ScriptedAgent({"_ret_": 0, "group": None}),
    }
    channel = named("event.Channel", package)
    sensor = named("sensors.NumericSensor", package)
    manager = named("pdumodel.OutletGroupManager", package)
    foreign_outlet = outlet("/o", _ScriptedAgent(None, "https://b"))
    calls: dict[str, Callable[[Any], Any]] = {
        "null number": lambda agent: sensor("/s", agent).getReading().value,
        "number not sent": lambda agent: sensor("/s", agent).getReading().value,
        "null event": lambda agent: channel("/c", agent).pollEventsNb(),
        "missing result": lambda agent: channel("/c", agent).pollEventsNb(),
        "unknown element": lambda agent: outlet("/o", agent).setPowerState(outlet.PowerState(-1)),
        "object of another unit": lambda agent: manager("/m", agent).createGroup(
            "g", [foreign_outlet]
        ),
        "lost octet": lambda agent: manager("/m", agent).createGroup("B\ufffdro", []),
    }
    results: dict[str, list[Any]] = {}
    for name, call in calls.items():
        error = ""
        try:
            call(agents[name])
        except Exception as raised:  # the test compares its type
            error = type(raised).__name__
        results[name] = [agents[name].sent, error]
    return results


def plain(value: Any) -> Any:
    """Return the value as JSON: dicts, tuples, times and objects of the SDK become {kind:
    content}.
    """
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [plain(item) for item in value]}
    if isinstance(value, dict):
        return {"map": [[plain(key), plain(item)] for key, item in value.items()]}
    if isinstance(value, datetime.datetime):
        return {"time": str(value.date())}
    if hasattr(value, "target") and hasattr(value, "agent"):
        return {"reference": [type(value).__name__, value.target]}
    if hasattr(value, "val"):
        return {"enumeration": value.val}
    if hasattr(value, "__dict__"):
        fields = {name: plain(item) for name, item in vars(value).items()}
        return {"structure": [type(value).__name__, fields]}
    return value
