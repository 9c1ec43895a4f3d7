"""Groups of outlets of a NUT device, `outlet.group.N.*`: the banks of a PDU, or the outputs of a
transfer switch. Pure. Source: NUT's docs/nut-names.txt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..shared.meter_figures import Figure, NotKnown, sum_if_complete
from .figures import figure_of, whole_number
from .numbers import BLANKS, tidy

_GROUP = re.compile(r"(outlet\.group\.[0-9]{1,4}\.)(.+)", re.DOTALL)
_BANK = re.compile("bank[0-9]+")
#: the fields of each group by the prefix of their names, "outlet.group.2."
Groups = Mapping[str, Mapping[str, str]]


def groups_of(variables: Mapping[str, str]) -> Groups:
    """The groups of a device, in the driver's order. apc_modbus lists groups alone.

    >>> groups_of({"outlet.group.1.name": "bank1", "outlet.group.1.current": "4.1"})
    {'outlet.group.1.': {'name': 'bank1', 'current': '4.1'}}
    """
    groups: dict[str, dict[str, str]] = {}
    for name, text in variables.items():
        match = _GROUP.fullmatch(name)
        if match is not None:
            groups.setdefault(match[1], {})[match[2]] = text
    return groups


def group_number(prefix: str) -> str:
    """The number in the prefix of a group.

    >>> group_number("outlet.group.2.")
    '2'
    """
    _, _, number, _ = prefix.split(".")
    return number


def total_of_groups(variables: Mapping[str, str], field: str) -> Figure:
    """The figure of all outlets, `field` current in A or realpower in W, by their groups:

    no group lists the field                      None
    a group is named total                        its figure
    two groups are named total                    NotKnown
    all are named bank1, bank2 (apc-ats-mib.c)    their sum; NotKnown if some are missing
    any other names                               NotKnown: one may be the total

    >>> banks = {"outlet.group.1.name": "bank1", "outlet.group.2.name": "bank2"}
    >>> currents = {"outlet.group.1.current": "4.1", "outlet.group.2.current": "3.4"}
    >>> total_of_groups({**banks, **currents}, "current")
    7.5
    >>> total_of_groups({**banks, **currents, "outlet.group.1.name": "all"}, "current").reason
    'no group of its outlets is named total, and not all are named as banks'
    """
    groups = groups_of(variables)
    if not any(field in fields for fields in groups.values()):
        return None
    name_by_group: dict[str, str] = {}
    for prefix, fields in groups.items():
        name_by_group[prefix] = fields.get("name", "").strip(BLANKS).lower()
    totals = [prefix for prefix, name in name_by_group.items() if name == "total"]
    if len(totals) > 1:
        return NotKnown("several groups of its outlets are named total")
    if totals:
        return figure_of(groups, totals[0], field)
    if not all(map(_BANK.fullmatch, name_by_group.values())):
        return NotKnown("no group of its outlets is named total, and not all are named as banks")
    if whole_number(variables, "outlet.group.count") not in (None, len(groups)):
        return NotKnown("outlet.group.count is not the number of groups that are listed")
    return sum_if_complete(figure_of(groups, prefix, field) for prefix in groups)


class OffGroups:
    """The groups of a device that are off; `texts` has the status variable of each. An outlet names
    its group in `groupid`, by the group's number or its `id`.

    >>> group = {"outlet.group.2.id": "B", "outlet.group.2.status": "off"}
    >>> off_groups = OffGroups("", group)
    >>> off_groups.of_outlet("B"), off_groups.of_outlet("1")
    (["outlet.group.2.status reads 'off'"], [])
    """

    def __init__(self, prefix: str, variables: Mapping[str, str]) -> None:
        """`prefix`: of the variables' names, for reasons."""
        #: the status of each, as its driver shows it
        self.texts: list[str] = []
        self._texts_by_id: dict[str, list[str]] = {}
        for group, fields in groups_of(variables).items():
            status = fields.get("status", "")
            if status.strip(BLANKS).lower() == "off":
                text = f"{prefix}{group}status reads '{status}'"
                self.texts.append(text)
                for group_id in {group_number(group), tidy(fields.get("id", ""))}:
                    self._texts_by_id.setdefault(group_id, []).append(text)

    def of_outlet(self, group_id: str) -> list[str]:
        """The status of the groups that are off, of those that `groupid` may mean."""
        return self._texts_by_id.get(tidy(group_id), [])
