"""Variables and commands of a NUT device, sorted by the member of the daisy chain that they belong to. Pure.

In a daisy chain `device.D.` precedes the names of member D, and `device.0.` is another name for the whole chain. Source:
NUT's docs/nut-names.txt and docs/daisychain.txt.
"""
from __future__ import annotations

import re
from typing import Dict, Iterable, List, Mapping, Optional, Tuple

from ..errors import ProtocolError

SWITCHES = ("load.on", "load.off")

_MEMBER = re.compile(r"device\.(0|[1-9][0-9]{0,8})\.(.+)", re.DOTALL)
_ROW = re.compile(r"outlet\.([0-9]{1,9})\.(.+)", re.DOTALL)
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")


class Member:
    """One device of a daisy chain, or with number 0 everything that names no member. Names are without the prefix."""

    def __init__(self, number: int) -> None:
        self.number, self.prefix = number, f"device.{number}." if number else ""
        self.variables: Dict[str, str] = {}
        self.commands: Dict[str, str] = {}                  # -> the name with its prefix
        self.rows: Dict[str, Dict[str, str]] = {}           # an outlet's number -> its variables

    def counts_outlets(self) -> bool:
        """Whether `outlet.count` of this member is above 0."""
        return bool(number(self.variables.get("outlet.count")))

    def outlet_numbers(self) -> List[str]:
        """The outlets' numbers in order. Raises ProtocolError where there are fewer than `outlet.count`.

        Number 0 is another name for the whole device, unless the count includes it: some devices count from 0.
        """
        count = number(self.variables.get("outlet.count"))
        real = sorted((n for n in self.rows if int(n) > 0), key=int)
        if count is not None and len(real) < count:
            real = [n for n in self.rows if int(n) == 0] + real
            if len(real) < count:
                raise ProtocolError(f"the NUT driver counts {count:g} outlets ({self.prefix}outlet.count) but lists {len(real)}: "
                                    f"look at the driver, or wait until it has read its device")
        return real


def members_of(variables: Mapping[str, str], commands: Iterable[str]) -> Dict[int, Member]:
    """Every member by its number. Looks at each name once. Member 0 is always there."""
    members = {0: Member(0)}

    def member_of(name: str) -> Tuple[Optional[Member], str]:
        found = _MEMBER.fullmatch(name)
        if found is None:
            return members[0], name
        number_, rest = int(found[1]), found[2]
        if number_ == 0:
            return None, rest
        if number_ not in members:
            members[number_] = Member(number_)
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
        if member is not None:
            member.commands[rest] = command
            row = _ROW.fullmatch(rest)
            if row is not None and row[2] in SWITCHES:
                member.rows.setdefault(row[1], {})
    return members


def counted(members: Mapping[int, Member]) -> Dict[int, Member]:
    """The members that `device.count` counts, also those without outlets. Raises ProtocolError where one is missing."""
    count = number(members[0].variables.get("device.count")) or 0
    numbers = range(1, int(min(count, 999)) + 1)
    missing = next((one for one in numbers if one not in members), None)
    if missing is not None:
        raise ProtocolError(f"the NUT driver counts {count:g} devices in the chain (device.count) but tells nothing of "
                            f"device {missing}: look at the driver, or wait until it has read its devices")
    return {one: members[one] for one in numbers}


def number(text: Optional[str]) -> Optional[float]:
    """A figure in NUT's notation (decimal point, blanks around it); None for anything else and below 0."""
    if text is None or not is_number(text.strip()):
        return None
    figure = float(text)
    return figure + 0.0 if figure >= 0 else None


def is_number(text: str) -> bool:
    """Whether `text` is a decimal number of at most 15 digits on each side of the point."""
    return _NUMBER.fullmatch(text) is not None
