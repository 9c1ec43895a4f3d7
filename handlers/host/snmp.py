"""The platform's three SNMP calls, with their unknown exceptions and row shapes turned into ours."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional, Tuple, TypeVar, Union, cast

from ..errors import Denied, PduHandlerError, ProtocolError, Refused, SettingsError, Unreachable
from .form import address

if TYPE_CHECKING:
    from pdu_common.base_snmp_pdu import BaseSnmpPdu

Raw = Union[int, str, bytes]
T = TypeVar("T")

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
      "nocreation", "commitfailed", "resourceunavailable", "generr", "toobig"), Refused,
     "the device refused the value"),
    (("undofailed",), Unreachable, "the device failed in the middle of a write and could not take it back"),     # RFC 3416
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
