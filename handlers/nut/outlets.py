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
from typing import Callable, Dict, FrozenSet, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple

from ..errors import ProtocolError, Unsupported

LOAD = "load"                   # the identity of a UPS's whole load

_ROW = re.compile(r"(?:device\.([0-9]{1,9})\.)?outlet\.([0-9]{1,9})\.(.+)", re.DOTALL)
_GROUP = re.compile(r"(?:device\.([0-9]{1,9})\.)?outlet\.group\.([0-9]{1,9})\.(.+)", re.DOTALL)
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
    listed = frozenset(commands)
    rows = _rows(variables, listed)
    outlets = [_outlet(member, number, fields, listed, writable) for member, number, fields in rows]
    if whole_load:
        outlets += _whole_load(variables, listed)
    if not outlets and not _may_lack_outlets(variables):
        raise Unsupported(f"the NUT driver {variables.get('driver.name', '')!r} lists no outlets of this device (type "
                          f"{variables.get('device.type', 'unknown')!r}): see whether another driver or MIB of NUT does")
    return Device(outlets, _groups(variables), _load(variables, outlets), _energy(variables, outlets))


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

Row = Tuple[int, str, Dict[str, str]]       # member of the chain (0: none), the outlet's number, its variables


def _rows(variables: Mapping[str, str], commands: Iterable[str]) -> List[Row]:
    found: Dict[Tuple[int, str], Dict[str, str]] = {}
    for variable, text in variables.items():
        row = _ROW.fullmatch(variable)
        if row is not None and not _is_whole_chain(row):
            found.setdefault((int(row[1] or 0), row[2]), {})[row[3]] = text
    for command in commands:
        row = _ROW.fullmatch(command)
        if row is not None and row[3] in _SWITCHES and not _is_whole_chain(row):
            found.setdefault((int(row[1] or 0), row[2]), {})
    members = sorted({member for member, _ in found if member > 0} | _promised_members(variables)) or [0]
    if members != [0]:
        _check_chain(variables)
    return [(member, number_, found[member, number_]) for member in members
            for number_ in _numbers(variables, member, [n for m, n in found if m == member])]


def _is_whole_chain(row: "re.Match[str]") -> bool:
    """`device.0` is NUT's other name for the whole of a chain."""
    return row[1] is not None and int(row[1]) == 0


def _promised_members(variables: Mapping[str, str]) -> Set[int]:
    """Members of a chain whose own count says that they have outlets, so that none can go missing unnoticed."""
    counts = ((re.fullmatch(r"device\.([0-9]{1,9})\.outlet\.count", name), text) for name, text in variables.items())
    return {int(found[1]) for found, text in counts if found is not None and int(found[1]) > 0 and number(text)}


def _check_chain(variables: Mapping[str, str]) -> None:
    """Every member that `device.count` counts must be told of. Raises ProtocolError."""
    count = number(variables.get("device.count")) or 0
    told = {name.split(".")[1] for name in variables if name.startswith("device.") and name.count(".") > 1}
    missing = next((str(member) for member in range(1, int(min(count, 999)) + 1) if str(member) not in told), None)
    if missing is not None:
        raise ProtocolError(f"the NUT driver counts {count:g} devices in the chain (device.count) but tells nothing of "
                            f"device {missing}: look at the driver, or wait until it has read its devices")


def _numbers(variables: Mapping[str, str], member: int, numbers: List[str]) -> List[str]:
    """The outlet numbers of one device in order; 0 only where the driver's count says that it is an outlet."""
    prefix = f"device.{member}." if member else ""
    count = number(variables.get(f"{prefix}outlet.count"))
    real = sorted((n for n in numbers if int(n) > 0), key=int)
    zero = [n for n in numbers if int(n) == 0]
    if count is not None and len(real) < count:
        real = zero + real
        if len(real) < count:
            raise ProtocolError(f"the NUT driver counts {count:g} outlets ({prefix}outlet.count) but lists {len(real)}: "
                                f"look at the driver, or wait until it has read its device")
    return real


def _may_lack_outlets(variables: Mapping[str, str]) -> bool:
    counted = number(variables.get("outlet.count"))
    return counted == 0 or (counted is None and variables.get("device.type", "").lower() in _WITHOUT_OUTLETS)


def _groups(variables: Mapping[str, str]) -> Dict[str, Dict[str, str]]:
    found: Dict[str, Dict[str, str]] = {}
    for variable, text in variables.items():
        row = _GROUP.fullmatch(variable)
        if row is not None:
            found.setdefault(f"{row[1]}.{row[2]}" if row[1] else row[2], {})[row[3]] = text
    return found


# ---- one outlet ----------------------------------------------------------------------------------------------

def _outlet(member: int, number_: str, fields: Mapping[str, str], commands: FrozenSet[str],
            writable: Mapping[str, str]) -> Outlet:
    prefix = f"device.{member}.outlet.{number_}." if member else f"outlet.{number_}."
    energy = number(fields.get("energy"))
    tells = {f"{prefix}{field}": fields[field] for field in ("status", "switch") if field in fields}
    return Outlet(
        identity=f"{member}.{number_}" if member else number_,
        number=_tidy(fields.get("name") or fields.get("id") or ""), name=fields.get("desc"),
        state=state(tells), switchable=fields.get("switchable"),
        current=number(fields.get("current")), realpower=number(fields.get("realpower")),
        power=number(fields.get("power")), energy=None if energy is None else energy / _WH_IN_KWH,
        on=_way(prefix, True, commands, writable), off=_way(prefix, False, commands, writable),
        tells=tuple(tells))


def _way(prefix: str, on: bool, commands: FrozenSet[str], writable: Mapping[str, str]) -> Optional[Way]:
    command = f"{prefix}load.{'on' if on else 'off'}"
    if command in commands:
        return Way(command)
    # The value is written in the form in which the driver shows it; a form that is not known is not guessed.
    shown = writable.get(f"{prefix}switch", "").strip().lower()
    forms = {"on": ("off", "on"), "off": ("off", "on"), "1": ("0", "1"), "0": ("0", "1")}
    return Way(f"{prefix}switch", forms[shown][on]) if shown in forms else None


def _tidy(text: str) -> str:
    """`1.00` -> `1`: snmp-ups writes whole numbers so."""
    return re.sub(r"\.0+", "", text) if _NUMBER.fullmatch(text) else text


def _whole_load(variables: Mapping[str, str], commands: FrozenSet[str]) -> List[Outlet]:
    ways = [Way(command) if command in commands else None for command in _SWITCHES]
    if ways == [None, None]:
        return []
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

def _load(variables: Mapping[str, str], outlets: Sequence[Outlet]) -> Optional[float]:
    """Amperes: the line currents, else the inlet's, else the outlets', else what the driver calls their total.

    `outlet.current` is last because a driver has reported ten times the true figure there.
    """
    def of(prefix: str, members: Sequence[Outlet]) -> Optional[float]:
        lines = [number(text) for variable, text in variables.items()
                 if variable.startswith(prefix) and _LINE_CURRENT.fullmatch(variable, len(prefix))]
        return _first(whole(lines), number(variables.get(f"{prefix}input.current")), whole([o.current for o in members]),
                      number(variables.get(f"{prefix}outlet.current")))
    return _over_members(of, outlets)


def _energy(variables: Mapping[str, str], outlets: Sequence[Outlet]) -> Optional[float]:
    """kWh: the inlet's counter, else the outlets', else what the driver calls their total."""
    def of(prefix: str, members: Sequence[Outlet]) -> Optional[float]:
        inlet, total = (number(variables.get(f"{prefix}{name}.energy")) for name in ("input", "outlet"))
        return _first(None if inlet is None else inlet / _WH_IN_KWH, whole([o.energy for o in members]),
                      None if total is None else total / _WH_IN_KWH)
    return _over_members(of, outlets)


def _over_members(of: Callable[[str, Sequence[Outlet]], Optional[float]], outlets: Sequence[Outlet]) -> Optional[float]:
    """Of a daisy chain the sum over its members, else what the driver says of the whole; of one device its own."""
    real = [outlet for outlet in outlets if outlet.identity != LOAD]
    members = sorted({outlet.identity.partition(".")[0] for outlet in real if "." in outlet.identity})
    if not members:
        return of("", real)
    return _first(whole([of(f"device.{member}.", [o for o in real if o.identity.startswith(f"{member}.")])
                        for member in members]), of("", []))


def whole(figures: Sequence[Optional[float]]) -> Optional[float]:
    """The sum; None where one is missing: a part of a sum would look like a small load."""
    known = [figure for figure in figures if figure is not None]
    return math.fsum(known) if known and len(known) == len(figures) else None


def _first(*figures: Optional[float]) -> Optional[float]:
    return next((figure for figure in figures if figure is not None), None)
