"""Makes and reads the objects of an unknown platform by inspecting its classes; runs in the worker
process.

For a platform where this fails, change the function here that fails. The survey prints the classes
and signatures that are there.
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
    """The connection data for make_handler, in the platform's class. Fields are recognised by their
    names.

    Required fields with other names get None. Raises LookupError if the platform has no suitable
    class or more than one, or if the class has no field for the address, for the SNMP parameters
    (SNMP PDUs) or for the handler settings (other PDUs).
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
    """The arguments of a class by the names of its parameters; None for one that must be given and
    whose meaning is not known.
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
    """Give an object what its class takes as no argument. Raises LookupError if it has no attribute
    of this meaning.
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
    """What a field of this name holds, "" if it is not known."""
    for meaning, names in _MEANINGS.items():
        if name in names:
            return meaning
    return ""


def _data_class(protocol: str) -> Callable[..., Any]:
    """The platform's class of the connection data. Raises LookupError if it has none or several."""
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
    """The object for port_up and port_down."""
    helper = importlib.import_module("pdu_common.helper")
    status = helper.EnumPowerStatus[state]
    try:
        return helper.PduPortView(identity=identity, power_status=status)
    except TypeError:
        view = helper.PduPortView()
        view.identity, view.power_status = identity, status
        return view


def _listed(view: Any) -> list[Any]:
    """The ports of a view: its `ports`, else its only list."""
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
    """Energy in kWh by identity, of the outlets whose view has it."""
    energies = {}
    for item in _listed(view):
        names = [name for name in _ENERGY if hasattr(item, name)]
        if names:
            energies[str(item.identity)] = float(getattr(item, names[0]))
    return energies
