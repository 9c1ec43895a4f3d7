"""Groups of outlets of a NUT device, `outlet.group.N.*`: the banks of a PDU, or the outputs of a
transfer switch. Pure. Source: NUT's docs/nut-names.txt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ..shared.meter_figures import Figure, NotKnown
from ..shared.unknown_states import some
from .daisy_chain import Member
from .figures import figure_of, whole_number
from .numbers import BLANKS, tidy

#: what the variables of groups begin with
GROUP = "outlet.group."
_COUNT = f"{GROUP}count"
_TOTAL = "total"
_BANK = re.compile("bank[0-9]+")


def group_numbers(variables: Mapping[str, str]) -> list[str]:
    """The numbers of the groups, in the driver's order; apc_modbus lists groups alone."""
    numbers: list[str] = []
    for name in variables:
        match = re.match(r"outlet\.group\.([0-9]{1,4})\.", name)
        if match:
            numbers.append(match[1])
    return list(dict.fromkeys(numbers))


def group_figures(variables: Mapping[str, str], field: str) -> Sequence[Figure]:
    """The figures whose sum is that of all outlets: of the group named total, else of each, if all
    are named bank1, bank2 and so on (apc-ats-mib.c); [] if no group lists the field. Not known for
    other names, of which one may be the total, and for fewer groups than are counted.
    """
    fields_by_prefix: dict[str, dict[str, str]] = {}
    prefix_by_name: dict[str, str] = {}
    names: list[str] = []
    for number in group_numbers(variables):
        prefix = f"{GROUP}{number}."
        name = variables.get(f"{prefix}name", "").strip(BLANKS).lower()
        text = variables.get(f"{prefix}{field}")
        fields_by_prefix[prefix] = {} if text is None else {field: text}
        prefix_by_name[name] = prefix
        names.append(name)
    if not any(fields_by_prefix.values()):
        return []
    if names.count(_TOTAL) > 1:
        return [NotKnown("several groups of its outlets are named total")]
    if _TOTAL in prefix_by_name:
        return [figure_of(fields_by_prefix, prefix_by_name[_TOTAL], field)]
    if not all(map(_BANK.fullmatch, prefix_by_name)):
        return [NotKnown("no group of its outlets is named total, and not all are named as banks")]
    group_count = whole_number(variables, _COUNT)
    if group_count is not None and group_count != len(fields_by_prefix):
        return [NotKnown(f"{_COUNT} is not the number of groups that are listed")]
    return [figure_of(fields_by_prefix, prefix, field) for prefix in fields_by_prefix]


def off_groups_text(values: Mapping[str, str]) -> str:
    """The variables of groups of outlets that are off, with their texts; "" if none is."""
    texts: list[str] = []
    for variable, text in values.items():
        if GROUP in variable and text.strip(BLANKS).lower() == "off":
            texts.append(f"{variable} reads '{text}'")
    return some(texts)


def numbers_by_group_id(member: Member, groups: Sequence[str]) -> dict[str, list[str]]:
    """The numbers of the groups that the `groupid` of an outlet may mean: it is the number of one,
    or the id of the first that has it.
    """
    numbers_by_group = {number: [number] for number in groups}
    number_by_id: dict[str, str] = {}
    for number in groups:
        group_id = member.variables.get(f"{GROUP}{number}.id")
        if group_id is not None:
            number_by_id.setdefault(tidy(group_id), number)
    for group_id, number in number_by_id.items():
        if group_id != number:
            numbers_by_group.setdefault(group_id, []).append(number)
    return numbers_by_group


def states_of_groups(member: Member, groups: Iterable[str]) -> dict[str, str]:
    """The variables of the states of these groups of outlets, with their texts."""
    states: dict[str, str] = {}
    for number in groups:
        status = member.variables.get(f"{GROUP}{number}.status")
        if status is not None:
            states[f"{member.prefix}{GROUP}{number}.status"] = status
    return states
