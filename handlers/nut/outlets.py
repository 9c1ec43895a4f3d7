"""Variables and commands of a NUT device -> its outlets. Pure. Source of names and units: NUT's docs/nut-names.txt.

An outlet is a row `outlet.N.*`, in a daisy chain `device.D.outlet.N.*`. These are not outlets: `outlet.*` without a number and
usually `outlet.0.*` (the whole device), `outlet.group.N.*` (banks), and numbers below 0, which some drivers list by mistake.

An outlet is switched only by what the server lists for it: the commands `outlet.N.load.on` and `.off`, else the variable
`outlet.N.switch` if it is writable and shows on, off, 1 or 0. `outlet.N.switchable` does not decide: some drivers report `no` for
outlets that do switch, and some report row numbers. With `whole_load`, a UPS's load is one more outlet (`load.on`, `.off`).
"""
from __future__ import annotations

import re
from typing import Callable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..errors import Unsupported, printable
from . import figures
from .kinds import may_lack_outlets
from .members import SWITCHES, Member, counted, is_number, members_of, number

LOAD = "load"                   # the identity of a UPS's whole load

_ON_OFF = {"on": True, "off": False}
_SWITCH = {**_ON_OFF, "1": True, "0": False}            # tripplite_usb writes outlet.N.switch as a number


class Way(NamedTuple):
    """One way to switch: the instant command `name`, or with `value` the writable variable `name`."""

    name: str
    value: Optional[str] = None


class Outlet(NamedTuple):
    """One outlet; None for anything that its driver does not report, '' for an unknown `number`.

    `identity` is "7", in a chain "2.7", for a whole load "load". `state` is None if the state is missing, pending, contradictory
    or an unknown word. `current` A, `realpower` W, `power` VA, `energy` kWh. `state_variables`: those that hold the state.
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
    state_variables: Tuple[str, ...]


class Device(NamedTuple):
    """Outlets and totals. `whole`: what has no prefix `device.D.`; `chain`: the members, {} if none lists or counts outlets."""

    outlets: List[Outlet]
    whole: Member
    chain: Mapping[int, Member]

    @property
    def load(self) -> Optional[float]:
        """Amperes."""
        return figures.total(figures.load, self.whole, self.chain, self._real())

    @property
    def energy(self) -> Optional[float]:
        """kWh, cumulative."""
        return figures.total(figures.energy, self.whole, self.chain, self._real())

    def _real(self) -> List[Outlet]:
        return [outlet for outlet in self.outlets if outlet.identity != LOAD]


def read(variables: Mapping[str, str], commands: Sequence[str], writable: Mapping[str, str],
         whole_load: bool = False, shown: Callable[[str], str] = str) -> Device:
    """The device that these lists describe. `shown` masks a secret in text for an error.

    Raises ProtocolError if the driver lists an outlet twice, fewer outlets than it counts, or, in a chain whose members list or
    count outlets, fewer members. Raises Unsupported without outlets, unless `may_lack_outlets` is true or all members count 0.
    """
    members = members_of(variables, commands)
    device = members[0]
    listed = {number_: member for number_, member in members.items() if number_}
    chain = {number_: member for number_, member in listed.items()
             if member.rows or number(member.variables.get("outlet.count"))}
    outlets = [_outlet(member, row, writable) for _, member in sorted((chain or {0: device}).items())
               for row in member.outlet_numbers()]
    meters = bool(listed) and not outlets and all(
        number(member.variables.get("outlet.count")) == 0 for member in listed.values())
    count = number(device.variables.get("outlet.count")) or 0
    if len(outlets) < count:                    # in a chain the whole device may count the outlets of all members
        raise device.too_few(len(outlets), count)
    if whole_load:
        outlets += _whole_load(device)
    if not outlets and not meters and not may_lack_outlets(variables):
        driver, kind = (printable(shown(variables.get(key, "")), 60) for key in ("driver.name", "device.type"))
        raise Unsupported(f"the NUT driver{f' {driver!r}' if driver else ''} lists no outlets of this device (type "
                          f"{kind or 'unknown'!r}): see whether another driver or MIB of NUT does")
    return Device(outlets, device, {**counted(members), **listed} if chain or meters else {})


def state(values: Mapping[str, str]) -> Optional[bool]:
    """On, off or unknown (None), from the values of an outlet's `state_variables`."""
    if "ups.status" in values:
        return _load_state(values["ups.status"])
    seen = set()
    for variable, text in values.items():
        words = _SWITCH if variable.endswith(".switch") else _ON_OFF
        seen.add(words.get(text.strip().lower()))
    return seen.pop() if len(seen) == 1 else None


def _outlet(member: Member, number_: str, writable: Mapping[str, str]) -> Outlet:
    own, fields = f"outlet.{number_}.", member.rows[number_]
    energy = number(fields.get("energy"))
    states = {f"{member.prefix}{own}{field}": fields[field] for field in ("status", "switch") if field in fields}
    return Outlet(
        identity=f"{member.number}.{number_}" if member.number else number_,
        number=_tidy(fields.get("name") or fields.get("id") or ""), name=fields.get("desc"),
        state=state(states), switchable=fields.get("switchable"),
        current=number(fields.get("current")), realpower=number(fields.get("realpower")),
        power=number(fields.get("power")), energy=None if energy is None else energy / figures.WH_IN_KWH,
        on=_way(member, own, True, writable), off=_way(member, own, False, writable), state_variables=tuple(states))


def _way(member: Member, own: str, on: bool, writable: Mapping[str, str]) -> Optional[Way]:
    command = member.commands.get(f"{own}load.{'on' if on else 'off'}")
    if command is not None:
        return Way(command)
    # The value is written in the form that the driver shows. An unknown form is not guessed.
    switch = f"{member.prefix}{own}switch"
    shown = writable.get(switch, "").strip().lower()
    forms = {"on": ("off", "on"), "off": ("off", "on"), "1": ("0", "1"), "0": ("0", "1")}
    return Way(switch, forms[shown][on]) if shown in forms else None


def _tidy(text: str) -> str:
    """`1.00` -> `1`: snmp-ups writes whole numbers with decimals."""
    return re.sub(r"\.0+$", "", text) if is_number(text) else text


def _whole_load(device: Member) -> List[Outlet]:
    ways = [Way(command) if command in device.commands else None for command in SWITCHES]
    if ways == [None, None]:
        return []
    variables = device.variables
    return [Outlet(LOAD, "", "whole load", _load_state(variables.get("ups.status", "")), None,
                   figures.side(variables, "output"), number(variables.get("ups.realpower")),
                   number(variables.get("ups.power")), None, ways[0], ways[1],
                   ("ups.status",) if "ups.status" in variables else ())]


def _load_state(status: str) -> Optional[bool]:
    """`ups.status` is a set of words. OFF: the load is off. OL (on line) or OB (on battery) without OFF: it is on."""
    words = status.upper().split()
    if "OFF" in words:
        return False
    return True if "OL" in words or "OB" in words else None
