"""Variables and commands of a NUT device, grouped by member of the daisy chain: a member is one of
the units that are chained behind one network port. Pure.

In a daisy chain `device.D.` precedes the names of member D, from 1 on. `device.0.` is another name
for the whole chain. Units that count from 0 are listed as `device.0.` to `device.N-1.` instead.
Source: NUT's docs/nut-names.txt and docs/daisychain.txt, and chains of Eaton's ePDUs: MA 0U and 1U
(networkupstools/nut, pull request 681) and EMAT08-10 (home-assistant/core 176067).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Optional

from ..shared.errors import ProtocolError
from .figures import count

_COMMANDS_OF_OUTLETS = ("load.on", "load.off")
_MEMBER = re.compile(r"device\.(0|[1-9][0-9]{0,8})\.(.+)", re.DOTALL)
_OUTLET = re.compile(r"outlet\.(0|[1-9][0-9]{0,8})\.(.+)", re.DOTALL)


class Member(NamedTuple):
    """One unit of a daisy chain, or the whole device, which has the names without "device.N.". Here
    is member 2, with the variables device.2.outlet.count and device.2.outlet.7.status:

    >>> member = Member("device.2.", "2.", {"outlet.count": "8"}, {}, {"7": {"status": "on"}})
    >>> member.outlet_count, member.has_outlets
    (8, True)
    """

    #: what its names begin with: "device.2.", "" for the whole device
    prefix: str
    #: what the identities of its outlets begin with: "2."
    identity_prefix: str
    #: its variables and their texts, by the name after the prefix
    variables: Mapping[str, str]
    #: its commands: {"outlet.7.load.off": "device.2.outlet.7.load.off"}
    commands: Mapping[str, str]
    #: the variables of each outlet by its number: {"7": {"status": "on"}}
    outlets: Mapping[str, Mapping[str, str]]

    @property
    def outlet_count(self) -> Optional[int]:
        """`outlet.count`, None without it. Raises ProtocolError if it is no count."""
        return count(self.variables, "outlet.count", self.prefix)

    @property
    def has_outlets(self) -> bool:
        """Whether it lists or counts outlets."""
        return bool(self.outlets) or "outlet.count" in self.variables


def members_of(
    variables: Mapping[str, str], commands: Iterable[str]
) -> tuple[Member, dict[int, Member]]:
    """The whole device, and every member of its chain by number, in order; {} for no chain.
    `variables` and `commands`: what the server lists of the device.

    >>> variables = {"device.count": "2", "device.2.outlet.7.status": "on"}
    >>> whole_device, members = members_of(variables, ["device.2.outlet.7.load.off"])
    >>> members[2].prefix, members[2].outlets, members[2].commands
    ('device.2.', {'7': {'status': 'on'}}, {'outlet.7.load.off': 'device.2.outlet.7.load.off'})
    """
    variables_by_member: dict[Optional[int], dict[str, str]] = {None: {}}
    commands_by_member: dict[Optional[int], dict[str, str]] = {None: {}}
    for name, text in variables.items():
        number, own_name = _number_and_own_name(name)
        variables_by_member.setdefault(number, {})[own_name] = text
    for command in commands:
        number, own_name = _number_and_own_name(command)
        commands_by_member.setdefault(number, {})[own_name] = command
    member_by_number: dict[Optional[int], Member] = {}
    for number in (*variables_by_member, *commands_by_member):
        member_by_number[number] = _member(
            number, variables_by_member.get(number, {}), commands_by_member.get(number, {})
        )
    whole_device = member_by_number[None]
    numbers = sorted(number for number in member_by_number if number is not None)
    members = {number: member_by_number[number] for number in numbers}
    if not _counts_from_0(whole_device, members):
        members.pop(0, None)
    return whole_device, members


def _number_and_own_name(name: str) -> tuple[Optional[int], str]:
    """The number D of a variable or command `device.D.*`, None for one without it, which belongs to
    the whole device, and the name after `device.D.`.

    >>> _number_and_own_name("device.2.outlet.7.status"), _number_and_own_name("ups.status")
    ((2, 'outlet.7.status'), (None, 'ups.status'))
    >>> _number_and_own_name("device.0.ups.status")
    (0, 'ups.status')
    """
    match = _MEMBER.fullmatch(name)
    if match is None:
        return None, name
    return int(match[1]), match[2]


def _member(
    number: Optional[int], variables: Mapping[str, str], commands: Mapping[str, str]
) -> Member:
    """The member with this number; None: the whole device. `variables`: its texts by the name after
    its prefix; `commands`: the whole name of each by the name after its prefix. An outlet that only
    a command names has no variables:

    >>> commands = {"outlet.8.load.off": "device.2.outlet.8.load.off"}
    >>> member = _member(2, {"outlet.7.status": "on"}, commands)
    >>> member.prefix, member.outlets
    ('device.2.', {'7': {'status': 'on'}, '8': {}})
    """
    outlets: dict[str, dict[str, str]] = {}
    for name, text in variables.items():
        match = _OUTLET.fullmatch(name)
        if match is not None:
            outlets.setdefault(match[1], {})[match[2]] = text
    for name in commands:
        match = _OUTLET.fullmatch(name)
        if match is not None and match[2] in _COMMANDS_OF_OUTLETS:
            outlets.setdefault(match[1], {})
    return Member(
        prefix="" if number is None else f"device.{number}.",
        identity_prefix="" if number is None else f"{number}.",
        variables=variables,
        commands=commands,
        outlets=outlets,
    )


def _counts_from_0(whole_device: Member, members: Mapping[int, Member]) -> bool:
    """Whether `device.0.` is the first unit of the chain, so that two units have the numbers 0 and
    1. Usually they have 1 and 2, and `device.0.` is another name for the whole chain.

    It is a unit, if it has outlets that are not also listed without a prefix, and if the highest
    number is less than `device.count`:

    >>> whole_device = _member(None, {"device.count": "2"}, {})
    >>> outlets = {"outlet.count": "8"}
    >>> _counts_from_0(whole_device, {0: _member(0, outlets, {}), 1: _member(1, outlets, {})})
    True
    >>> _counts_from_0(whole_device, {0: _member(0, outlets, {}), 2: _member(2, outlets, {})})
    False
    """
    if whole_device.has_outlets or 0 not in members or not members[0].has_outlets:
        return False
    member_count = count(whole_device.variables, "device.count") or 0
    return max(members) < member_count


def outlet_numbers(member: Member) -> list[str]:
    """The numbers of a member's outlets, in order. Raises ProtocolError if there are fewer than
    `outlet.count`.

    >>> _, members = members_of({"device.1.outlet.10.id": "A", "device.1.outlet.2.id": "B"}, [])
    >>> outlet_numbers(members[1])
    ['2', '10']

    `outlet.0.` usually is the whole device. Some devices count from 0: their numbers are exactly 0
    to `outlet.count` - 1, and number 0 has every variable that the others have.

    >>> from_0 = {"outlet.count": "2", "outlet.0.status": "on", "outlet.1.status": "on"}
    >>> whole_device, _ = members_of(from_0, [])
    >>> outlet_numbers(whole_device)
    ['0', '1']
    """
    numbers = sorted(member.outlets, key=int)
    numbers_from_1 = [number for number in numbers if int(number) > 0]
    outlet_count = member.outlet_count
    if outlet_count is None or len(numbers_from_1) >= outlet_count:
        return numbers_from_1
    numbers_from_0 = [number for number in numbers if int(number) < outlet_count]
    if len(numbers_from_0) == outlet_count:
        fields_of_others = [set(member.outlets[number]) for number in numbers_from_1]
        fields_of_0 = set(member.outlets[numbers_from_0[0]])
        if not fields_of_others or set.intersection(*fields_of_others) <= fields_of_0:
            return numbers_from_0
    raise outlet_count_error(len(numbers_from_1), member.prefix, outlet_count)


def outlet_count_error(outlets: int, prefix: str, outlet_count: int) -> ProtocolError:
    """The error for a driver that lists only `outlets` outlets, and counts `outlet_count`.

    >>> outlet_count_error(7, "device.2.", 8).reason[:79]
    'the NUT driver lists fewer outlets (7) than it counts (device.2.outlet.count 8)'
    """
    return ProtocolError(
        f"the NUT driver lists fewer outlets ({outlets}) than it counts ({prefix}outlet.count"
        f" {outlet_count}): check the driver, or wait until it has read its device"
    )


def check_complete(whole_device: Member, members: Mapping[int, Member]) -> None:
    """Raises ProtocolError if a member that `device.count` counts is missing.

    >>> whole_device = _member(None, {"device.count": "2"}, {})
    >>> check_complete(whole_device, {1: _member(1, {}, {}), 2: _member(2, {}, {})})
    >>> check_complete(whole_device, {1: _member(1, {}, {})})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: the NUT driver does not list all devices of the chain ...
    """
    member_count = count(whole_device.variables, "device.count") or 0
    first_number = 0 if 0 in members else 1
    # ends at the first gap, so it takes no more steps than the server has listed members
    for number in range(first_number, first_number + member_count):
        if number not in members:
            raise ProtocolError(
                "the NUT driver does not list all devices of the chain (device.count"
                f" {member_count}): device {number} is missing; check the driver, or wait until it"
                " has read its devices"
            )
