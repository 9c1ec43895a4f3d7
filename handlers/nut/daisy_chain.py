"""Variables and commands of a NUT device, grouped by member of the daisy chain. Pure.

In a daisy chain `device.D.` precedes the names of member D, from 1 on. `device.0.` is another name
for the whole chain. Units that count from 0 are listed as `device.0.` to `device.N-1.` instead (see
`_counts_from_0`). Source: NUT's docs/nut-names.txt and docs/daisychain.txt, and chains of Eaton's
ePDUs: MA 0U and 1U (networkupstools/nut, pull request 681) and EMAT08-10 (home-assistant/core
176067).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Optional

from ..shared.errors import ProtocolError
from .figures import count

SWITCHES = ("load.on", "load.off")

_MEMBER = re.compile(r"device\.(0|[1-9][0-9]{0,8})\.(.+)", re.DOTALL)
_ROW = re.compile(r"outlet\.([0-9]{1,9})\.(.+)", re.DOTALL)


class Member:
    """One device of a daisy chain, or the whole device.

    Its names are kept without their prefix; the whole device, whose number is None, holds the names
    that have none.
    """

    def __init__(self, number: Optional[int]) -> None:
        self.number = number
        #: of its names
        self.prefix = ""
        #: of the identities of its outlets
        self.before = ""
        if number is not None:
            self.prefix = f"device.{number}."
            self.before = f"{number}."
        self.variables: dict[str, str] = {}
        self.commands: dict[str, str] = {}  # name after the prefix -> whole name
        self.rows: dict[str, dict[str, str]] = {}  # an outlet's number -> its variables

    def add_variable(self, own_name: str, text: str) -> None:
        """`own_name` is the name after the prefix."""
        self.variables[own_name] = text
        row = _ROW.fullmatch(own_name)
        if row is not None:
            outlet, field = row.groups()
            self.rows.setdefault(outlet, {})[field] = text

    def add_command(self, name: str, own_name: str) -> None:
        """`own_name` is the name after the prefix."""
        self.commands[own_name] = name
        row = _ROW.fullmatch(own_name)
        if row is not None and row[2] in SWITCHES:
            self.rows.setdefault(row[1], {})

    @property
    def has_outlets(self) -> bool:
        """Whether it lists or counts outlets."""
        return bool(self.rows) or "outlet.count" in self.variables

    @property
    def outlet_count(self) -> Optional[int]:
        """`outlet.count`. Raises ProtocolError if it is no count."""
        return count(self.variables, "outlet.count", self.prefix)

    def outlet_numbers(self) -> list[str]:
        """The outlets' numbers in order. Raises ProtocolError if there are fewer than
        `outlet.count`, or if a number has two spellings: these would be two ports for the same
        relay, perhaps with different states.

        Number 0 is another name for the whole device, except on devices that count from 0: their
        numbers are exactly 0 to count - 1, and number 0 has every variable that the others share.
        """
        numbers = sorted(self.rows, key=int)
        outlet_count = self.outlet_count
        if len({int(number) for number in numbers}) < len(numbers):
            raise ProtocolError(
                f"the NUT driver lists one outlet under two numbers, such as {self.prefix}outlet.1"
                f" and {self.prefix}outlet.01: check the driver"
            )
        numbers_from_1 = [number for number in numbers if int(number) > 0]
        if outlet_count is None or len(numbers_from_1) >= outlet_count:
            return numbers_from_1
        numbers_from_0 = [number for number in numbers if int(number) < outlet_count]
        if len(numbers_from_0) < outlet_count:
            raise outlet_count_error(
                max(len(numbers_from_1), len(numbers_from_0)), self.prefix, outlet_count
            )
        if numbers_from_1 and not self._has_variables_of_all(numbers_from_0[0], numbers_from_1):
            raise outlet_count_error(len(numbers_from_1), self.prefix, outlet_count)
        return numbers_from_0

    def _has_variables_of_all(self, number: str, outlet_numbers: Iterable[str]) -> bool:
        """Whether an outlet has every variable that all outlets of `outlet_numbers` have."""
        variables_by_outlet = [set(self.rows[outlet]) for outlet in outlet_numbers]
        return set.intersection(*variables_by_outlet) <= set(self.rows[number])


def outlet_count_error(outlets: int, prefix: str, outlet_count: int) -> ProtocolError:
    """The error for a driver that lists only `outlets` outlets, and counts `outlet_count`."""
    return ProtocolError(
        f"the NUT driver lists fewer outlets ({outlets}) than it counts ({prefix}outlet.count"
        f" {outlet_count}): check the driver, or wait until it has read its device"
    )


def members_of(
    variables: Mapping[str, str], commands: Iterable[str]
) -> tuple[Member, dict[int, Member]]:
    """The whole device, and every member by its number."""
    whole_device = Member(None)
    members: dict[int, Member] = {}

    def member_of(number: Optional[int]) -> Member:
        if number is None:
            return whole_device
        if number not in members:
            members[number] = Member(number)
        return members[number]

    for name, text in variables.items():
        number, own_name = _number_and_own_name(name)
        member_of(number).add_variable(own_name, text)
    for command in commands:
        number, own_name = _number_and_own_name(command)
        member_of(number).add_command(command, own_name)
    if not _counts_from_0(whole_device, members):
        members.pop(0, None)
    return whole_device, members


def _number_and_own_name(name: str) -> tuple[Optional[int], str]:
    """The number of the member that has this variable or command, None for the whole device, and
    the name after its prefix.
    """
    match = _MEMBER.fullmatch(name)
    if match is None:
        return None, name
    return int(match[1]), match[2]


def _counts_from_0(whole_device: Member, members: Mapping[int, Member]) -> bool:
    """Whether `device.0.` is a member.

    It is, if there is no member of the number `device.count`, and if it has outlets although no
    name without a prefix has: then it does not repeat these.
    """
    if whole_device.has_outlets or 0 not in members:
        return False
    if not members[0].has_outlets:
        return False
    count = _count(whole_device)
    return count >= 1 and max(members) < count


def _count(whole_device: Member) -> int:
    """`device.count`, 0 without it. Raises ProtocolError if it is no count."""
    return count(whole_device.variables, "device.count") or 0


def counted_members(whole_device: Member, members: Mapping[int, Member]) -> dict[int, Member]:
    """The members that `device.count` counts, including those without outlets.

    Raises ProtocolError if one is missing.
    """
    first_number = 0 if 0 in members else 1
    count = _count(whole_device)
    numbers = range(first_number, first_number + count)
    # ends at the first gap, so it takes no more steps than the server has listed members
    for number in numbers:
        if number not in members:
            raise ProtocolError(
                f"the NUT driver does not list all devices of the chain (device.count {count}):"
                f" device {number} is missing; check the driver, or wait until it has read its"
                " devices"
            )
    return {number: members[number] for number in numbers}
