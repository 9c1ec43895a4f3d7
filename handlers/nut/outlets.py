"""Variables and commands of a NUT device -> its outlets. Pure. Source of names and units: NUT's
docs/nut-names.txt.

An outlet is a row `outlet.N.*`, in a daisy chain `device.D.outlet.N.*`. These are not outlets:
`outlet.*` without a number and usually `outlet.0.*` (the whole device), `outlet.group.N.*` (banks),
and numbers below 0, which some drivers list by mistake.

An outlet is switched only by what the server lists for it: the commands `outlet.N.load.on` and
`.off`, else the variable `outlet.N.switch` if it is writable and shows on, off, 1 or 0.
`outlet.N.switchable` does not decide: some drivers report `no` for outlets that do switch, and some
report row numbers. An outlet whose status says that it is locked is not switched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Callable, NamedTuple, Optional

from ..shared.settings import Settings
from . import errors, figures
from .daisy_chain import SWITCHES, Member, counted_members, is_number, members_of, parse_number
from .figures import may_lack_outlets
from .model import LOAD_IDENTITY, NutDevice, NutOutlet, SwitchCommand
from .settings import WHOLE_LOAD


class StatusWord(NamedTuple):
    """What a driver's word for an outlet means."""

    is_on: bool
    #: whether the unit refuses to switch the outlet
    is_locked: bool = False


# The words of NUT's drivers in lower case. All others ("cycling", "pendingOff", "tripped") are no
# state.
_STATUS_WORDS: Mapping[str, StatusWord] = {
    "on": StatusWord(True),
    "off": StatusWord(False),
    # baytech-mib, baytech-rpc3nc-mib: Baytech-MIB, sBTAModulesRPCOutletState
    "lockon": StatusWord(True, is_locked=True),
    "lockoff": StatusWord(False, is_locked=True),
    # emerson-avocent-pdu-mib: PM-MIB, pmPowerMgmtOutletsTableStatus
    "onlocked": StatusWord(True, is_locked=True),
    "offlocked": StatusWord(False, is_locked=True),
    "onfixed": StatusWord(True, is_locked=True),
    "offshutdown": StatusWord(False),
}
# tripplite_usb writes outlet.N.switch as a number
_SWITCH_WORDS: Mapping[str, StatusWord] = {
    **_STATUS_WORDS,
    "1": StatusWord(True),
    "0": StatusWord(False),
}


def decode_outlets(
    variables: Mapping[str, str],
    commands: Sequence[str],
    writable: Mapping[str, str],
    settings: Settings,
    mask: Callable[[str], str] = str,
) -> NutDevice:
    """The device that these lists describe, with the outlets that the settings ask for. `mask`
    masks a secret in error text.

    Raises ProtocolError if an outlet's number has two spellings, if there are fewer outlets than
    `outlet.count`, or if a chain with outlets lacks one of its `device.count` members. Raises
    Unsupported without outlets, unless `may_lack_outlets` is true or all members count 0.
    """
    device, members = members_of(variables, commands)
    chain = {
        number: member
        for number, member in members.items()
        if member.rows or parse_number(member.variables.get("outlet.count"))
    }
    outlets: list[NutOutlet] = []
    for member in [chain[number] for number in sorted(chain)] or [device]:
        outlets += [_outlet(member, number, writable) for number in member.outlet_numbers()]
    counts = [parse_number(member.variables.get("outlet.count")) for member in members.values()]
    only_meters = bool(counts) and not outlets and set(counts) == {0}
    count = parse_number(device.variables.get("outlet.count")) or 0
    # in a chain the whole device may count the outlets of all members
    if len(outlets) < count:
        raise errors.outlet_count_error(len(outlets), device.prefix, count)
    if settings[WHOLE_LOAD]:
        outlets += _whole_load(device)
    if not outlets and not only_meters and not may_lack_outlets(variables):
        raise errors.no_outlets(
            *(mask(variables.get(key, "")) for key in ("driver.name", "device.type"))
        )
    return NutDevice(
        outlets,
        device,
        {**counted_members(device, members), **members} if chain or only_meters else {},
    )


def outlet_groups(variables: Mapping[str, str]) -> list[str]:
    """The numbers of the groups of outlets (`outlet.group.N.*`; apc_modbus lists groups alone)."""
    matches = (re.match(r"outlet\.group\.([0-9]{1,4})\.", name) for name in variables)
    return list(dict.fromkeys(match[1] for match in matches if match))


def state_of(values: Mapping[str, str]) -> Optional[bool]:
    """On, off or unknown (None), from the values of an outlet's `state_variables`."""
    if "ups.status" in values:
        return _load_state(values["ups.status"])
    words = _words_of(values)
    states = {word.is_on if word else None for word in words}
    return states.pop() if len(states) == 1 else None


def _words_of(values: Mapping[str, str]) -> list[Optional[StatusWord]]:
    return [
        (_SWITCH_WORDS if variable.endswith(".switch") else _STATUS_WORDS).get(text.strip().lower())
        for variable, text in values.items()
    ]


def _outlet(member: Member, number: str, writable: Mapping[str, str]) -> NutOutlet:
    row_prefix, fields = f"outlet.{number}.", member.rows[number]
    energy = parse_number(fields.get("energy"))
    states = {
        f"{member.prefix}{row_prefix}{field}": fields[field]
        for field in ("status", "switch")
        if field in fields
    }
    return NutOutlet(
        identity=member.before + number,
        number=_tidy(fields.get("name") or fields.get("id") or ""),
        name=fields.get("desc"),
        state=state_of(states),
        is_locked=any(word.is_locked for word in _words_of(states) if word),
        switchable=fields.get("switchable"),
        current=parse_number(fields.get("current")),
        realpower=parse_number(fields.get("realpower")),
        power=parse_number(fields.get("power")),
        energy=None if energy is None else energy / figures.WH_IN_KWH,
        on=_switch_command(member, row_prefix, True, writable),
        off=_switch_command(member, row_prefix, False, writable),
        state_variables=tuple(states),
    )


def _switch_command(
    member: Member, row_prefix: str, on: bool, writable: Mapping[str, str]
) -> Optional[SwitchCommand]:
    command = member.commands.get(f"{row_prefix}load.on" if on else f"{row_prefix}load.off")
    if command is not None:
        return SwitchCommand(command)
    # The value is written in the form that the driver shows. An unknown form is not guessed.
    switch = f"{member.prefix}{row_prefix}switch"
    word = writable.get(switch, "").strip().lower()
    forms = {"on": ("off", "on"), "off": ("off", "on"), "1": ("0", "1"), "0": ("0", "1")}
    return SwitchCommand(switch, forms[word][on]) if word in forms else None


def _tidy(text: str) -> str:
    """`1.00` -> `1`: snmp-ups writes whole numbers with decimals."""
    return re.sub(r"\.0+$", "", text) if is_number(text) else text


# ---- the whole load of a UPS ---------------------------------------------------------------------


def _whole_load(device: Member) -> list[NutOutlet]:
    """The whole load of a UPS as one more outlet, switched by `load.on` and `load.off`; [] if the
    server lists neither.
    """
    commands = [
        SwitchCommand(command) if command in device.commands else None for command in SWITCHES
    ]
    if commands == [None, None]:
        return []
    variables = device.variables
    return [
        NutOutlet(
            LOAD_IDENTITY,
            "",
            "whole load",
            _load_state(variables.get("ups.status", "")),
            False,
            None,
            figures.side_current(variables, "output"),
            parse_number(variables.get("ups.realpower")),
            parse_number(variables.get("ups.power")),
            None,
            commands[0],
            commands[1],
            ("ups.status",) if "ups.status" in variables else (),
        )
    ]


def _load_state(status: str) -> Optional[bool]:
    """`ups.status` is a set of words.

    OFF: the load is off. OL (on line) or OB (on battery) without OFF: it is on.
    """
    words = status.upper().split()
    if "OFF" in words:
        return False
    return True if "OL" in words or "OB" in words else None
