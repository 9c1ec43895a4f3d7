"""Variables and commands of a NUT device -> outlets and figures; pure, in the names and units of NUT's variable list.

An outlet is a row `outlet.N.*`, or in a daisy chain `device.D.outlet.N.*`. Not outlets: `outlet.*` without a number (the
whole device), `outlet.group.N.*` (banks), and numbers below 0, which a driver's template scan leaves behind. Number 0 is
NUT's other name for the whole device, but some devices count from 0: the driver's own `outlet.count` decides.

How an outlet is switched is decided by what the server lists, and by nothing else: the commands `outlet.N.load.on` and
`.off`, else the variable `outlet.N.switch` if it is writable. `outlet.N.switchable` decides nothing: drivers report
`no` for outlets that do switch, and fill it with row numbers.
"""
from __future__ import annotations

import math
import re
from typing import Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..errors import ProtocolError, Unsupported, printable

LOAD = "load"                   # the identity of a UPS's whole load

_MEMBER = re.compile(r"device\.(0|[1-9][0-9]{0,8})\.(.+)", re.DOTALL)
_ROW = re.compile(r"outlet\.([0-9]{1,9})\.(.+)", re.DOTALL)
_GROUP = re.compile(r"outlet\.group\.([0-9]{1,9})\.(.+)", re.DOTALL)
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_LINE_CURRENT = re.compile(r"input\.L[0-9]\.current")
_SWITCHES = ("load.on", "load.off")
_ON_OFF = {"on": True, "off": False}
_SWITCH = {**_ON_OFF, "1": True, "0": False}            # tripplite_usb writes outlet.N.switch as a number
_WITHOUT_OUTLETS = ("ups", "ats", "psu", "scd", "sts")  # values of device.type that may lack outlets
_WH_IN_KWH = 1000.0


class Way(NamedTuple):
    """One way to switch: the instant command `name`, or with `value` the writable variable `name`."""

    name: str
    value: Optional[str] = None


class Outlet(NamedTuple):
    """One outlet as its driver tells it; None where the driver does not.

    `identity` is "7", in a chain "2.7", of a whole load "load". `state` is None where it is missing, pending or outside
    the documented words. `current` A, `realpower` W, `power` VA, `energy` kWh. `tells` are the variables that the state
    is read from; none where the driver tells no state.
    """

    identity: str
    number: str
    name: Optional[str]
    state: Optional[bool]
    switchable: Optional[str]
    current: Optional[float]
    realpower: Optional[float]
    power: Optional[float]
    energy: Optional[float]
    on: Optional[Way]
    off: Optional[Way]
    tells: Tuple[str, ...]


class Device(NamedTuple):
    """One device: its outlets in order, its banks (`outlet.group`), and totals in A and kWh."""

    outlets: List[Outlet]
    groups: Dict[str, Dict[str, str]]
    load: Optional[float]
    energy: Optional[float]


def read(variables: Mapping[str, str], commands: Sequence[str], writable: Mapping[str, str],
         whole_load: bool = False) -> Device:
    """The device that these lists describe.

    Raises ProtocolError where the driver lists fewer outlets than it counts, Unsupported where it lists none and its
    type does not say that it has none.
    """
    members = _members(variables, commands)
    chain = {number: member for number, member in members.items() if number > 0 and (member.rows or _counted(member))}
    counted = _counted_members(members) if chain else {}
    outlets = [_outlet(member, row, writable) for _, member in sorted((chain or {0: members[0]}).items())
               for row in _numbers(member)]
    load, energy = (_whole(figure, members[0], {**counted, **chain}, outlets) for figure in (_load, _energy))
    if whole_load:
        outlets += _whole_load(members[0])
    if not outlets and not _may_lack_outlets(variables):
        raise Unsupported(f"the NUT driver {printable(variables.get('driver.name', ''), 60)!r} lists no outlets of this device "
                          f"(type {printable(variables.get('device.type', 'unknown'), 60)!r}): see whether another driver or "
                          f"MIB of NUT does")
    return Device(outlets, _groups(members), load, energy)


def state(values: Mapping[str, str]) -> Optional[bool]:
    """On, off or not known, from the variables in `tells` by their names."""
    if "ups.status" in values:
        return _load_state(values["ups.status"])
    seen = set()
    for variable, text in values.items():
        words = _SWITCH if variable.endswith(".switch") else _ON_OFF
        seen.add(words.get(text.strip().lower()))
    return seen.pop() if len(seen) == 1 else None


def number(text: Optional[str]) -> Optional[float]:
    """A figure as NUT writes it (decimal, with a dot, blanks around it); None for anything else and below zero."""
    if text is None or not _NUMBER.fullmatch(text.strip()):
        return None
    figure = float(text)
    return figure + 0.0 if figure >= 0 else None


# ---- rows ----------------------------------------------------------------------------------------------------

class _Member:
    """One device of a daisy chain, or with number 0 what carries no member's number: its own lists without the prefix."""

    def __init__(self, number: int) -> None:
        self.number, self.prefix = number, f"device.{number}." if number else ""
        self.variables: Dict[str, str] = {}
        self.commands: Dict[str, str] = {}                  # without the prefix -> as the server lists it
        self.rows: Dict[str, Dict[str, str]] = {}           # outlet's number -> its variables


def _members(variables: Mapping[str, str], commands: Iterable[str]) -> Dict[int, _Member]:
    """Everything by member, each name looked at once; member 0 is always there."""
    members = {0: _Member(0)}

    def member_of(name: str) -> Tuple[Optional[_Member], str]:
        found = _MEMBER.fullmatch(name)
        if found is None:
            return members[0], name
        number_, rest = int(found[1]), found[2]
        if number_ == 0:            # `device.0` is NUT's other name for the whole of a chain
            return None, rest
        if number_ not in members:
            members[number_] = _Member(number_)
        return members[number_], rest

    for variable, text in variables.items():
        member, rest = member_of(variable)
        if member is not None:
            member.variables[rest] = text
            row = _ROW.fullmatch(rest)
            if row is not None:
                member.rows.setdefault(row[1], {})[row[2]] = text
    for command in commands:
        member, rest = member_of(command)
        row = _ROW.fullmatch(rest)
        if member is not None:
            member.commands[rest] = command
            if row is not None and row[2] in _SWITCHES:
                member.rows.setdefault(row[1], {})
    return members


def _counted(member: _Member) -> bool:
    """Whether the member's own count says that it has outlets, so that none can go missing unnoticed."""
    return bool(number(member.variables.get("outlet.count")))


def _counted_members(members: Mapping[int, _Member]) -> Dict[int, _Member]:
    """The members that `device.count` counts, also those without outlets. Raises ProtocolError where one is missing."""
    count = number(members[0].variables.get("device.count")) or 0
    counted = range(1, int(min(count, 999)) + 1)
    missing = next((one for one in counted if one not in members), None)
    if missing is not None:
        raise ProtocolError(f"the NUT driver counts {count:g} devices in the chain (device.count) but tells nothing of "
                            f"device {missing}: look at the driver, or wait until it has read its devices")
    return {one: members[one] for one in counted}


def _numbers(member: _Member) -> List[str]:
    """The outlet numbers of one device in order; 0 only where the driver's count says that it is an outlet."""
    count = number(member.variables.get("outlet.count"))
    real = sorted((n for n in member.rows if int(n) > 0), key=int)
    zero = [n for n in member.rows if int(n) == 0]
    if count is not None and len(real) < count:
        real = zero + real
        if len(real) < count:
            raise ProtocolError(f"the NUT driver counts {count:g} outlets ({member.prefix}outlet.count) but lists {len(real)}: "
                                f"look at the driver, or wait until it has read its device")
    return real


def _may_lack_outlets(variables: Mapping[str, str]) -> bool:
    counted = number(variables.get("outlet.count"))
    return counted == 0 or (counted is None and variables.get("device.type", "").lower() in _WITHOUT_OUTLETS)


def _groups(members: Mapping[int, _Member]) -> Dict[str, Dict[str, str]]:
    found: Dict[str, Dict[str, str]] = {}
    for member in members.values():
        for variable, text in member.variables.items():
            row = _GROUP.fullmatch(variable)
            if row is not None:
                found.setdefault(f"{member.number}.{row[1]}" if member.number else row[1], {})[row[2]] = text
    return found


# ---- one outlet ----------------------------------------------------------------------------------------------

def _outlet(member: _Member, number_: str, writable: Mapping[str, str]) -> Outlet:
    own, fields = f"outlet.{number_}.", member.rows[number_]
    energy = number(fields.get("energy"))
    tells = {f"{member.prefix}{own}{field}": fields[field] for field in ("status", "switch") if field in fields}
    return Outlet(
        identity=f"{member.number}.{number_}" if member.number else number_,
        number=_tidy(fields.get("name") or fields.get("id") or ""), name=fields.get("desc"),
        state=state(tells), switchable=fields.get("switchable"),
        current=number(fields.get("current")), realpower=number(fields.get("realpower")),
        power=number(fields.get("power")), energy=None if energy is None else energy / _WH_IN_KWH,
        on=_way(member, own, True, writable), off=_way(member, own, False, writable), tells=tuple(tells))


def _way(member: _Member, own: str, on: bool, writable: Mapping[str, str]) -> Optional[Way]:
    command = member.commands.get(f"{own}load.{'on' if on else 'off'}")
    if command is not None:
        return Way(command)
    # The value is written in the form in which the driver shows it; a form that is not known is not guessed.
    switch = f"{member.prefix}{own}switch"
    shown = writable.get(switch, "").strip().lower()
    forms = {"on": ("off", "on"), "off": ("off", "on"), "1": ("0", "1"), "0": ("0", "1")}
    return Way(switch, forms[shown][on]) if shown in forms else None


def _tidy(text: str) -> str:
    """`1.00` -> `1`: snmp-ups writes whole numbers so."""
    return re.sub(r"\.0+", "", text) if _NUMBER.fullmatch(text) else text


def _whole_load(device: _Member) -> List[Outlet]:
    ways = [Way(command) if command in device.commands else None for command in _SWITCHES]
    if ways == [None, None]:
        return []
    variables = device.variables
    return [Outlet(LOAD, "", "whole load", _load_state(variables.get("ups.status", "")), None,
                   number(variables.get("output.current")), number(variables.get("ups.realpower")),
                   number(variables.get("ups.power")), None, ways[0], ways[1], ("ups.status",))]


def _load_state(status: str) -> Optional[bool]:
    """`ups.status` is a set of words: OFF says that the load is off, OL or OB alone that it is fed."""
    words = status.upper().split()
    if "OFF" in words:
        return False
    return True if "OL" in words or "OB" in words else None


# ---- totals --------------------------------------------------------------------------------------------------

_Figure = Callable[[Mapping[str, str], Sequence[Outlet]], Optional[float]]


def _load(variables: Mapping[str, str], outlets: Sequence[Outlet]) -> Optional[float]:
    """Amperes: the line currents, else the inlet's, else the outlets', else what the driver calls their total.

    `outlet.current` is last because a driver has reported ten times the true figure there.
    """
    lines = [number(text) for variable, text in variables.items() if _LINE_CURRENT.fullmatch(variable)]
    return _first(whole(lines), number(variables.get("input.current")), whole([outlet.current for outlet in outlets]),
                  number(variables.get("outlet.current")))


def _energy(variables: Mapping[str, str], outlets: Sequence[Outlet]) -> Optional[float]:
    """kWh: the inlet's counter, else the outlets', else what the driver calls their total."""
    inlet, total = (number(variables.get(f"{name}.energy")) for name in ("input", "outlet"))
    return _first(None if inlet is None else inlet / _WH_IN_KWH, whole([outlet.energy for outlet in outlets]),
                  None if total is None else total / _WH_IN_KWH)


def _whole(figure: _Figure, device: _Member, chain: Mapping[int, _Member], outlets: Sequence[Outlet]) -> Optional[float]:
    """Of a daisy chain the sum over its members, else what the driver says of the whole; of one device its own."""
    if not chain:
        return figure(device.variables, outlets)
    own: Dict[str, List[Outlet]] = {}
    for outlet in outlets:
        own.setdefault(outlet.identity.partition(".")[0], []).append(outlet)
    return _first(whole([figure(member.variables, own.get(str(number_), [])) for number_, member in chain.items()]),
                  figure(device.variables, []))


def whole(figures: Sequence[Optional[float]]) -> Optional[float]:
    """The sum; None where one is missing: a part of a sum would look like a small load."""
    known = [figure for figure in figures if figure is not None]
    return math.fsum(known) if known and len(known) == len(figures) else None


def _first(*figures: Optional[float]) -> Optional[float]:
    return next((figure for figure in figures if figure is not None), None)
