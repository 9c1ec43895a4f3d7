"""Makes the arguments of a handler on an unknown platform, and reads its results, by inspecting the
platform's classes; runs in the worker process, which calls the handler.

A field has a meaning, which its name tells: "address", "snmp", "settings" or "handler". For a
platform where this fails, change the function here that fails. The survey prints the classes and
signatures that are there.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any, Callable

_MEANINGS = {
    "address": ("ip", "ip_addr", "ip_address", "address", "addr", "host", "hostname"),
    "snmp": ("snmp_params",),
    "settings": (
        "custom_params",
        "handler_params",
        "handler_settings",
        "custom_settings",
        "params",
        "settings",
    ),
    "handler": ("device", "handler", "name"),
}
# in error messages
_FIELD_NAMES = {"address": "address", "snmp": "SNMP parameters", "settings": "handler settings"}
_ADVICE = "change tests/conformance/unknown_platform.py"
_ENERGY = ("consumption", "total_consumption", "energy")


def data(
    protocol: str, address: str, snmp: dict[str, str], settings: dict[str, str], handler: str
) -> Any:
    """The argument of make_handler, an object of the platform's class for the protocol "snmp" or
    "custom". Its fields are recognised by their names; one that is required and has another name
    gets None. `snmp` are the SNMP parameters, `settings` the handler's, `handler` its name.

        class PduData(ip, custom_params, rack)    PduData(ip=address, custom_params=settings,
                                                  rack=None)

    Raises LookupError if the platform has no suitable class or several, or if the class has no
    field for the address, the SNMP parameters (of "snmp") or the settings (of "custom").
    """
    cls = _data_class(protocol)
    fields = {"address": address, "snmp": snmp, "settings": settings, "handler": handler}
    values = _arguments(cls, fields)
    pdu_data = cls(**values)
    for meaning in ("address", "snmp" if protocol == "snmp" else "settings"):
        if values.keys().isdisjoint(_MEANINGS[meaning]):
            _set_attribute(pdu_data, meaning, fields[meaning])
    return pdu_data


def _arguments(cls: Callable[..., Any], fields: dict[str, Any]) -> dict[str, Any]:
    """The arguments with which an object of a class is made, by the names of its parameters.
    `fields`: the values by their meaning. A parameter of unknown meaning gets None if it has no
    default, else nothing.

    >>> _arguments(lambda ip, rack, unit=1: None, {"address": "192.0.2.1"})
    {'ip': '192.0.2.1', 'rack': None}
    """
    values: dict[str, Any] = {}
    for name, parameter in inspect.signature(cls).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        meaning = _meaning(name)
        if meaning:
            values[name] = fields[meaning]
        elif parameter.default is parameter.empty:
            values[name] = None
    return values


def _set_attribute(pdu_data: Any, meaning: str, value: object) -> None:
    """Set the attribute of an object that has this meaning, for a class that takes it as no
    argument: of "settings", `pdu_data.custom_params`, if there is such an attribute. Raises
    LookupError if none of the attributes has this meaning.
    """
    names = _MEANINGS[meaning]
    attributes = [name for name in names if hasattr(pdu_data, name)]
    if not attributes:
        raise LookupError(
            f"{type(pdu_data).__name__} has no field for the {_FIELD_NAMES[meaning]} (looked for"
            f" {', '.join(names)}): {_ADVICE}"
        )
    setattr(pdu_data, attributes[0], value)


def _meaning(name: str) -> str:
    """The meaning of a field by its name; "" if it is not known.

    >>> _meaning("ip_addr"), _meaning("rack")
    ('address', '')
    """
    for meaning, names in _MEANINGS.items():
        if name in names:
            return meaning
    return ""


def _data_class(protocol: str) -> Callable[..., Any]:
    """The platform's class for the argument of make_handler: PduSnmpData for "snmp", else the only
    other class of pdu_common.connection whose name ends with Data. Raises LookupError if it has
    none, or several.
    """
    connection = importlib.import_module("pdu_common.connection")
    if protocol == "snmp":
        data_class = getattr(connection, "PduSnmpData", None)
        if not inspect.isclass(data_class):
            raise LookupError(f"pdu_common.connection has no class PduSnmpData: {_ADVICE}")
        return data_class
    classes = {}
    for name, value in vars(connection).items():
        if inspect.isclass(value) and value.__module__ == connection.__name__:
            classes[name] = value
    candidates = [name for name in classes if name != "PduSnmpData" and name.endswith("Data")]
    if len(candidates) != 1:
        names = ", ".join(candidates) or "none"
        raise LookupError(
            f"pdu_common.connection has no single class for PDUs without SNMP (found: {names}):"
            f" {_ADVICE}"
        )
    return classes[candidates[0]]


def port(identity: str, state: str) -> Any:
    """The argument of port_up and port_down, a PduPortView of the platform. `identity`: of the
    outlet, such as "3"; `state`: "UP", "DOWN" or "UNKNOWN".
    """
    helper = importlib.import_module("pdu_common.helper")
    status = helper.EnumPowerStatus[state]
    try:
        return helper.PduPortView(identity=identity, power_status=status)
    except TypeError:
        view = helper.PduPortView()
        view.identity, view.power_status = identity, status
        return view


def _listed(view: Any) -> list[Any]:
    """The ports of a view: its list `ports`, else its only public list; [] if it has none, or
    several.
    """
    ports = getattr(view, "ports", None)
    if isinstance(ports, list):
        return ports
    lists = []
    for name in dir(view):
        value = None if name.startswith("_") else getattr(view, name, None)
        if isinstance(value, list):
            lists.append(value)
    return lists[0] if len(lists) == 1 else []


def port_energy(view: Any) -> dict[str, float]:
    """The energies of outlets in kWh, by identity, in what statistic returned: {"1": 12.5}. Outlets
    whose view has no field for the energy are left out.
    """
    energies = {}
    for item in _listed(view):
        names = [name for name in _ENERGY if hasattr(item, name)]
        if names:
            energies[str(item.identity)] = float(getattr(item, names[0]))
    return energies
