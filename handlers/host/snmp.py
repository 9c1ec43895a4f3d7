"""The platform's three SNMP calls, with their unknown exceptions and row shapes turned into ours."""
from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional, Tuple, TypeVar, Union, cast

from ..errors import Denied, PduHandlerError, ProtocolError, Refused, SettingsError, Unreachable
from .form import address

if TYPE_CHECKING:
    from pdu_common.base_snmp_pdu import BaseSnmpPdu

Raw = Union[int, str, bytes]
T = TypeVar("T")

CALL_SECONDS = 30.0         # the last request of a call starts by then; with the double it lasts 25 s at most
LONGEST_TEXT = 65_535       # octets of an OCTET STRING (RFC 3416, section 3) and of a datagram
_LOWEST, _HIGHEST = -2**63, 2**64 - 1
_MOST_ARCS, _ARC_DIGITS = 128, 10           # RFC 2578, 3.5: at most 128 sub-identifiers, each at most 2^32 - 1
_LONGEST_OID = _MOST_ARCS * (_ARC_DIGITS + 1) + 100         # and a module's name before it

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
      "nocreation", "resourceunavailable", "toobig"), Refused,
     "the device refused the value"),
)
# RFC 3416, 4.2.5: the device accepted a write and failed while it carried it out, so that nobody knows what it did. SNMPv1
# has genErr alone for this (RFC 1157, 4.1.5).
_FAILED = ("generr", "commitfailed", "undofailed")
# The last three are what Net-SNMP agents without a number of their own give as sysObjectID.
_ROOT_NAMES = {"iso": "1", "org": "1.3", "internet": "1.3.6.1", "mib-2": "1.3.6.1.2.1", "enterprises": "1.3.6.1.4.1",
               "netSnmpAgentOIDs": "1.3.6.1.4.1.8072.3.2", "ucdavis": "1.3.6.1.4.1.2021", "linux": "1.3.6.1.4.1.2021.250.10"}


class Snmp:
    """The platform's three SNMP calls, with their unknown exceptions and row shapes turned into ours.

    `get` and `set` are one round trip; `walk` is one call of the platform, which pages by itself. None of them can be
    interrupted, so no request starts later than `seconds` after the object was made: a call of the handler ends with its
    last request. `extend` moves that end.
    """

    def __init__(self, device: "BaseSnmpPdu", seconds: float = CALL_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._device, self._clock = device, clock
        self._seconds, self._start = seconds, clock()

    @property
    def name(self) -> str:
        """Address and port: the same for everybody who asks the same agent by the same address."""
        params = getattr(self._device.pdu_data, "snmp_params", None)
        port = params.get("port") if isinstance(params, Mapping) else None
        return f"{self._host().lower()} {port or 161}"

    def extend(self, seconds: float) -> None:
        """Requests may start up to `seconds` after the object was made."""
        self._seconds = seconds

    def remaining(self) -> float:
        """Seconds in which a request may still start; below zero where none may."""
        return self._start + self._seconds - self._clock()

    def check(self) -> None:
        """Raises Unreachable where no further request may start."""
        if self.remaining() < 0:
            raise Unreachable(f"the PDU answers too slowly: {self._seconds:g} s were not enough for this call; nothing more was "
                              "asked. Check the network and the SNMP version (2c reads many objects at once, 1 each alone)")

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
        self.check()
        try:
            return function()
        except PduHandlerError:
            raise
        except Exception as error:      # the platform's exceptions are unknown: the one broad except of this project
            words = f"{type(error).__name__}: {error}"[:LONGEST_TEXT]
            if not writing and any(mark in _squeezed(words) for mark in _MISSING):
                return None
            # Masked after it was understood: a community such as "no" is also a part of "noSuchInstance".
            raise _translate(words, self._without_secrets(words), writing).at(self._host(), operation) from None

    def _without_secrets(self, text: str) -> str:
        params = getattr(self._device.pdu_data, "snmp_params", None)
        if isinstance(params, Mapping):
            for key, value in params.items():
                if isinstance(value, str) and value and any(w in str(key).lower() for w in ("commun", "pass", "key")):
                    text = text.replace(value, "***")
        return text[:300]


def _squeezed(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _translate(said: str, words: str, writing: bool) -> PduHandlerError:
    """The error for what the platform `said`; `words` is what may be shown of it."""
    squeezed = _squeezed(said)
    if any(mark in squeezed for mark in _SILENT):
        return Unreachable("no answer over SNMP: check the address, the port (161), the SNMP version (older PDUs speak only 1), and "
                           "the community or the SNMPv3 user and keys, which a device answers with silence when they are "
                           f"wrong ({words})")
    if writing and any(mark in squeezed for mark in _MISSING):
        # SNMPv1 has no other word for a write that is not allowed.
        return Denied(f"the device has no such object, or the community may not write ({words})")
    failed = next((mark for mark in _FAILED if mark in squeezed), None)
    if failed is not None:
        if writing:
            return Unreachable(f"the device failed while it carried out the write ({words})")
        return Refused(f"the device failed while it read this ({words})", failed)
    for marks, kind, remedy in _REFUSALS:
        code = next((mark for mark in marks if mark in squeezed), None)
        if code is not None:
            right = "write, and enable SNMP SET on the device" if writing else "read, with the security level that it asks for"
            reason = f"{remedy.format(right=right)} ({words})"
            return Refused(reason, code) if kind is Refused else cast(PduHandlerError, kind(reason))
    return Unreachable(f"the platform's SNMP call failed ({words})")


def raw_value(element: object) -> Optional[Raw]:
    """The value of what the platform read, None for the markers of a missing object."""
    value = getattr(element, "value", element)
    if value is None:
        return None
    if isinstance(value, str) and any(_squeezed(value).startswith(mark) for mark in _MISSING):
        return None
    if isinstance(value, bool) or not isinstance(value, (int, str, bytes)):
        value = str(value)
    if isinstance(value, int):
        if not _LOWEST <= value <= _HIGHEST:
            raise ProtocolError("the device gave a number of more than 64 bits")
    elif len(value) > LONGEST_TEXT:
        raise ProtocolError(f"the device gave a text of {len(value)} characters, more than a datagram can hold")
    return value


def oid_arcs(text: object) -> Optional[Tuple[int, ...]]:
    """The arcs of an OID as a platform may write it: dotted, with a leading dot, or with the names of well-known roots; else None."""
    parts = str(text)[:_LONGEST_OID + 1].rpartition("::")[2].strip(".").split(".")
    parts = _ROOT_NAMES.get(parts[0], parts[0]).split(".") + parts[1:]
    if parts == [""]:
        return ()
    if len(parts) > _MOST_ARCS or not all(p.isascii() and p.isdigit() and len(p) <= _ARC_DIGITS for p in parts):
        return None
    return tuple(map(int, parts))


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
