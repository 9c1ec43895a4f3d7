"""The one seam to what is not certain about DCImanager: found by looking at what is there, never by version numbers.

KNOWN names of the platform are imported where they are used. Everything inferred or unknown is met here: the class
BasePdu, where the address and the handler settings are, how a walked row tells its index, what a failed SNMP call
looks like, and which fields the statistics views have.
"""
from __future__ import annotations

import importlib
import inspect
import json
import math
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Protocol, Tuple, \
    TypeVar, Union, cast

from pdu_common.helper import EnumPowerStatus, PduPortStatisticView, PduPortView, PduStatisticView, PduView

from . import VERSION
from .address import host_and_port as host_and_port
from .errors import Denied, PduHandlerError, ProtocolError, Refused, SettingsError, Unreachable

if TYPE_CHECKING:
    from pdu_common.base_snmp_pdu import BaseSnmpPdu

Raw = Union[int, str, bytes]
T = TypeVar("T")

# ---- the base class ----------------------------------------------------------------------------------------

_BASE_MODULES = ("pdu_common.base_pdu", "pdu_common.base", "pdu_common.pdu", "pdu_common.base_snmp_pdu")


def _find_base() -> type:
    for module in _BASE_MODULES:
        try:
            found = getattr(importlib.import_module(module), "BasePdu", None)
        except ImportError:
            continue
        if isinstance(found, type):
            return found
    try:
        snmp = importlib.import_module("pdu_common.base_snmp_pdu").BaseSnmpPdu
    except (ImportError, AttributeError):
        snmp = object
    for base in snmp.__mro__:
        if base.__name__ == "BasePdu":
            return cast(type, base)
    raise ImportError(f"this platform has no class BasePdu in {', '.join(_BASE_MODULES)}, nor above BaseSnmpPdu")


if TYPE_CHECKING:
    from pdu_common.base_pdu import BasePdu as BasePdu
else:
    BasePdu = _find_base()

# ---- address and settings ----------------------------------------------------------------------------------

_ADDRESS_NAMES = ("ip", "ip_addr", "ip_address", "address", "host", "addr", "hostname")
_SETTINGS_NAMES = ("custom_params", "handler_params", "handler_settings", "custom_settings", "params", "settings")
# Keys that the platform itself may put beside the owner's; they are not settings of ours.
_PLATFORM_KEYS = frozenset(("device", "handler", "handler_id", "device_id", "device_type", "id", "name", "protocol"))


def address(pdu_data: object) -> str:
    """The device's address from the form as it stands there: `host_and_port` takes it apart. Raises SettingsError."""
    for name in _ADDRESS_NAMES:
        value = _member(pdu_data, name)
        if isinstance(value, (str, bytes)) or type(value).__module__ == "ipaddress":
            text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
            if text.strip():
                return text.strip()
    raise SettingsError(f"the PDU has no address (looked for {', '.join(_ADDRESS_NAMES)}): "
                        "give one on the form or in the handler setting 'host'")


def settings(pdu_data: object, own: Iterable[str] = ()) -> Dict[str, str]:
    """The key/value pairs of the form as text, keys in lower case, without the platform's own. Raises SettingsError.

    `own` are keys of the handler that the platform uses too: kept, unless the value is the platform's own.
    """
    for name in _SETTINGS_NAMES:
        value = _member(pdu_data, name)
        if value is not None:
            pairs = _pairs(value)
            return {key: text for key, text in pairs.items() if key not in _PLATFORM_KEYS
                    or (key in own and text != str(_member(pdu_data, key)))}
    return {}


def _member(holder: object, name: str) -> object:
    if isinstance(holder, Mapping):
        return holder.get(name)
    return getattr(holder, name, None)


def _pairs(value: object) -> Dict[str, str]:
    if isinstance(value, (str, bytes)):
        if not value.strip():
            return {}
        try:
            value = json.loads(value)
        except ValueError:
            raise SettingsError("the handler settings are text that is not JSON; give them as key and value") from None
    if value is None:
        return {}
    if isinstance(value, Mapping) and not ({"key", "value"} <= set(value)):
        entries: List[Tuple[object, object]] = list(value.items())
    elif isinstance(value, Mapping):
        entries = [(value["key"], value["value"])]
    elif isinstance(value, Iterable):
        entries = [_entry(item) for item in value]
    else:
        raise SettingsError(f"the handler settings came as {type(value).__name__}, not as keys and values")
    out: Dict[str, str] = {}
    for key, text in entries:
        name = str(key).strip().lower()
        if name in out:
            raise SettingsError(f"handler setting {name[:60]!r} is given twice")
        if name:
            out[name] = _text(text)
    return out


def _entry(item: object) -> Tuple[object, object]:
    if isinstance(item, (list, tuple)) and len(item) == 2:
        return item[0], item[1]
    key, value = _member(item, "key"), _member(item, "value")
    if key is None:
        raise SettingsError("a handler setting has no key")
    return key, value


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


# ---- views -------------------------------------------------------------------------------------------------

class PortFigures(NamedTuple):
    """What one outlet meters; None means that the device does not tell."""

    identity: str
    load_a: Optional[float]
    energy_kwh: Optional[float]


_PORT_FIELDS: Mapping[str, Tuple[str, ...]] = {
    "identity": ("identity", "identify", "id", "port"),
    "energy": ("consumption", "total_consumption", "energy", "power_consumption"),
    "load": ("load", "amperage", "current"),
}


def pdu_view(ports: Iterable[Tuple[str, EnumPowerStatus]]) -> PduView:
    """The answer of `status`: one port per (identity, state), in that order."""
    view = PduView()
    target = _ports_of(view)
    if target is None:
        raise ProtocolError("this platform's PduView has no list of ports (looked for 'ports' and for any one list)")
    for identity, status in ports:
        port = _build(PduPortView, {"identity": identity, "power_status": status})
        if port is None:
            raise ProtocolError("this platform's PduPortView takes no 'identity' and 'power_status'")
        target.append(port)
    return view


def statistic_view(load_a: Optional[float], energy_kwh: Optional[float], ports: Iterable[PortFigures]) -> PduStatisticView:
    """The answer of `statistic`: amperes, kWh and figures by outlet; None leaves the view's own default."""
    view = PduStatisticView()
    if load_a is not None:
        view.load = _finite(load_a, "load")
    if energy_kwh is not None:
        view.total_consumption = _finite(energy_kwh, "energy")
    target = _ports_of(view)
    if target is not None:
        entries = (_port_statistic(figures) for figures in ports)
        target.extend(entry for entry in entries if entry is not None)
    return view


def _port_statistic(figures: PortFigures) -> Optional[PduPortStatisticView]:
    """One port's figures under whatever names this platform's view has; None where nothing fits."""
    known = _field_names(PduPortStatisticView)
    given: Dict[str, object] = {}
    for meaning, value in (("identity", figures.identity), ("energy", figures.energy_kwh), ("load", figures.load_a)):
        name = next((name for name in _PORT_FIELDS[meaning] if name in known), None)
        if name is not None and value is not None:
            given[name] = value if isinstance(value, str) else _finite(value, meaning)
        elif meaning == "identity":
            return None
    return _build(PduPortStatisticView, given)


def _finite(value: float, what: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ProtocolError(f"the device's {what} is {number}, which is no figure")
    return number


def _ports_of(view: object) -> Optional[List[Any]]:
    ports = getattr(view, "ports", None)
    if isinstance(ports, list):
        return ports
    lists = [value for name in _field_names(type(view), view) for value in [getattr(view, name, None)]
             if isinstance(value, list)]
    return lists[0] if len(lists) == 1 else None


def _build(cls: Callable[..., T], values: Mapping[str, object]) -> Optional[T]:
    """An object of a view class: by keywords of its constructor, else by attributes that it has; None if neither."""
    try:
        return cls(**values)
    except TypeError:
        pass                                    # another constructor: the fields are set one by one below
    try:
        made = cls()
    except TypeError:
        return None
    known = _field_names(type(made), made)
    if any(name not in known for name in values):
        return None
    for name, value in values.items():
        setattr(made, name, value)
    return made


def _field_names(cls: type, made: object = None) -> List[str]:
    """The fields that a view has: the constructor's, then annotations, slots and what an instance holds."""
    try:
        parameters = list(inspect.signature(cls).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    for base in cls.__mro__:
        names += [*getattr(base, "__annotations__", ()), *_slots(base)]
    if made is None and not names:
        try:
            made = cls()
        except TypeError:
            made = None
    return list(dict.fromkeys(names + list(getattr(made, "__dict__", ()))))


def _slots(cls: type) -> Tuple[str, ...]:
    slots = cls.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


# ---- log ---------------------------------------------------------------------------------------------------

class Logger(Protocol):
    """All that is asked of `get_logger`'s result: one finished text."""

    def info(self, msg: str) -> Any: ...


def log_call(logger: Logger, handler: str, method: str, profile: str = "") -> None:
    """Say once per call which code runs: the only way an owner sees it after an upload."""
    logger.info(f"pdu handler {handler} {VERSION}{f' ({profile})' if profile else ''}: {method}")


# ---- SNMP --------------------------------------------------------------------------------------------------

_MISSING = ("nosuchinstance", "nosuchobject", "nosuchname", "endofmibview")
_SILENT = ("timeout", "timedout", "noresponse", "nosnmpresponse")
# What an agent or the SNMP library says -> the class of the error and what the operator can do.
_REFUSALS: Tuple[Tuple[Tuple[str, ...], Any, str], ...] = (
    (("snmpparams",), SettingsError, "the PDU's SNMP fields are not complete or not right: correct them"),
    (("noaddressfor", "nameorservicenotknown", "temporaryfailureinnameresolution"), Unreachable,
     "the address cannot be resolved: check it"),
    (("noaccess", "authorizationerror", "notwritable", "readonly"), Denied,
     "the device does not allow this: give a community or user that may {right}"),
    (("authenticationfailure", "wrongdigest", "pdudigest", "unknownusername", "unknownuser", "unsupportedsecuritylevel",
      "unsupportedseclevel", "decryptionerror", "notintimewindow"), Denied,
     "the device does not accept the SNMPv3 user, its passwords or its protocols: check them"),
    (("wrongvalue", "badvalue", "wrongtype", "wronglength", "wrongencoding", "inconsistentvalue", "inconsistentname",
      "nocreation", "commitfailed", "undofailed", "resourceunavailable", "generr", "toobig"), Refused,
     "the device refused the value"),
)
# The last three are what Net-SNMP agents without a number of their own give as sysObjectID.
_ROOT_NAMES = {"iso": "1", "org": "1.3", "internet": "1.3.6.1", "mib-2": "1.3.6.1.2.1", "enterprises": "1.3.6.1.4.1",
               "netSnmpAgentOIDs": "1.3.6.1.4.1.8072.3.2", "ucdavis": "1.3.6.1.4.1.2021", "linux": "1.3.6.1.4.1.2021.250.10"}


class Snmp:
    """The platform's three SNMP calls, with their unknown exceptions and row shapes turned into ours.

    `get` and `set` are one round trip; `walk` is one call of the platform, which pages by itself.
    """

    def __init__(self, device: "BaseSnmpPdu") -> None:
        self._device = device

    def get(self, oid: str) -> Optional[Raw]:
        """The value of one object, None where the device has no such object. Raises the errors of `_translate`."""
        element = self._call(lambda: self._device.snmp_get(oid), f"read {oid}")
        return None if element is None else raw_value(element)

    def set(self, oid: str, value: Union[int, str]) -> None:
        """Write one object, once: an int goes as INTEGER, text as OCTET STRING (the platform chooses the type)."""
        self._call(lambda: self._device.snmp_set(oid, value), f"write {oid}", writing=True)

    def walk(self, oid: str) -> Dict[str, Raw]:
        """Index suffix -> value for all rows below `oid`, in the device's order; {} where it has none."""
        elements = self._call(lambda: list(self._device.snmp_walk(oid)), f"walk {oid}") or []
        rows: Dict[str, Raw] = {}
        for suffix, element in zip(_suffixes(elements, oid), elements):
            value = raw_value(element)
            if suffix in rows:
                raise ProtocolError(f"the row {suffix} came twice", b"", self._host(), f"walk {oid}")
            if value is not None:
                rows[suffix] = value
        return rows

    def _host(self) -> str:
        try:
            return address(self._device.pdu_data)
        except SettingsError:
            return ""

    def _call(self, function: Callable[[], T], operation: str, writing: bool = False) -> Optional[T]:
        try:
            return function()
        except PduHandlerError:
            raise
        except Exception as error:      # the platform's exceptions are unknown: the one broad except of this project
            words = self._without_secrets(f"{type(error).__name__}: {error}")
            if not writing and any(mark in _squeezed(words) for mark in _MISSING):
                return None
            raise _translate(words, writing).at(self._host(), operation) from None

    def _without_secrets(self, text: str) -> str:
        params = getattr(self._device.pdu_data, "snmp_params", None)
        if isinstance(params, Mapping):
            for key, value in params.items():
                if isinstance(value, str) and value and any(w in str(key).lower() for w in ("commun", "pass", "key")):
                    text = text.replace(value, "***")
        return text[:300]


def _squeezed(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _translate(words: str, writing: bool) -> PduHandlerError:
    squeezed = _squeezed(words)
    if any(mark in squeezed for mark in _SILENT):
        return Unreachable("no answer over SNMP: check the address, the port (161), the SNMP version (older PDUs speak only 1), and "
                           "the community or the SNMPv3 user and keys, which a device answers with silence when they are "
                           f"wrong ({words})")
    if writing and any(mark in squeezed for mark in _MISSING):
        # SNMPv1 has no other word for a write that is not allowed.
        return Denied(f"the device has no such object, or the community may not write ({words})")
    for marks, kind, remedy in _REFUSALS:
        code = next((mark for mark in marks if mark in squeezed), None)
        if code is not None:
            right = "write, and enable SNMP SET on the device" if writing else "read, with the security level that it asks for"
            said = f"{remedy.format(right=right)} ({words})"
            return Refused(said, code) if kind is Refused else cast(PduHandlerError, kind(said))
    return Unreachable(f"the platform's SNMP call failed ({words})")


def raw_value(element: object) -> Optional[Raw]:
    """The value of what the platform read, None for the markers of a missing object."""
    value = getattr(element, "value", element)
    if value is None:
        return None
    if isinstance(value, str) and any(_squeezed(value).startswith(mark) for mark in _MISSING):
        return None
    if isinstance(value, bool) or not isinstance(value, (int, str, bytes)):
        return str(value)
    return value


def oid_arcs(text: object) -> Optional[Tuple[int, ...]]:
    """The arcs of an OID as a platform may write it: dotted, with a leading dot, or with the names of well-known roots; else None."""
    parts = str(text).rpartition("::")[2].strip(".").split(".")
    parts = _ROOT_NAMES.get(parts[0], parts[0]).split(".") + parts[1:]
    if parts == [""]:
        return ()
    return tuple(map(int, parts)) if all(p.isascii() and p.isdigit() for p in parts) else None


def _suffixes(elements: List[Any], asked: str) -> List[str]:
    """The index of each walked row below `asked`, whatever the platform's rows tell of it.

    A row may hold its whole OID, its OID without the index (or without its last part), or the index alone, under
    names that are not certain. Which of them it is shows in the whole walk: a full OID ends with its own index.
    """
    root = oid_arcs(asked) or ()
    rests: List[Optional[Tuple[int, ...]]] = []
    indexes: List[Optional[Tuple[int, ...]]] = []
    for element in elements:
        oid = oid_arcs(getattr(element, "oid", "") or "")
        rests.append(oid[len(root):] if oid and oid[:len(root)] == root else None)
        index = next((v for v in (getattr(element, n, None) for n in ("oid_index", "index")) if v not in (None, "")), None)
        indexes.append(None if index is None or callable(index) else oid_arcs(index))
    if all(rest is not None for rest in rests):
        whole = [rest or () for rest in rests]
        full = all(index is None or rest[len(rest) - len(index):] == index for rest, index in zip(whole, indexes))
        if full and len(set(whole)) == len(whole):
            return [_dotted(rest) for rest in whole]
        return [_dotted(rest + (index or ())) for rest, index in zip(whole, indexes)]
    if all(index is not None for index in indexes):
        return [_dotted(index[len(root):] if index[:len(root)] == root else index) for index in indexes if index is not None]
    raise ProtocolError("this platform's walked rows tell neither OID nor index (looked for oid, oid_index, index)",
                        operation=f"walk {asked}")


def _dotted(arcs: Tuple[int, ...]) -> str:
    return ".".join(map(str, arcs))
