"""The lines and groups of outlets of a PDU behind NUT, for tools; in no archive.

A *part* is one line (L1) or group (G1) with its current in A. What cannot be read is a part, too,
with `?` in its label: without it, the others would look like all. Source: NUT's docs/nut-names.txt,
`input.Ln.current` and `outlet.group.n.current`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from handlers.nut.figures import figure_of, known_now, reason_of_stale_values, whole_number
from handlers.nut.metering import line_currents
from handlers.nut.numbers import parse_number
from handlers.nut.sessions import NutSession, read_once
from handlers.shared.meter_figures import NotKnown

from ..topology import BREAKER, LINE, MeteredPart, unread_part

_GROUP = re.compile(r"(outlet\.group\.[0-9]{1,4}\.)(.+)")


def read_topology(session: NutSession) -> list[MeteredPart]:
    """The lines and groups of all devices of the server, with their currents, from what `status`
    reads: no further requests. In a chain of units, `2.L1` is line 1 of member 2.

    > LIST VAR rack1    < input.L1.current "2.5", input.L1.current.nominal "16"
    [MeteredPart(LINE, "L1", 2.5, 16.0)]
    """
    parts: list[MeteredPart] = []
    for device in read_once(session):
        members = device.device.chain_members.values() or [device.device.whole_device]
        for member in members:
            parts += parts_of(member.variables, device.prefix + member.identity_prefix)
    return parts


def parts_of(variables: Mapping[str, str], prefix: str) -> Iterator[MeteredPart]:
    """The lines and groups of one device or member of a chain, without those that are not metered.
    `prefix`: of their labels, "2." of member 2.

    >>> variables = {"input.L1.current": "2.5", "outlet.group.1.current": "1.25"}
    >>> [(part.label, part.current_a) for part in parts_of(variables, "2.")]
    [('2.L1', 2.5), ('2.G1', 1.25)]
    """
    yield from _lines_of(variables, prefix)
    yield from _groups_of(variables, prefix)


def _lines_of(variables: Mapping[str, str], prefix: str) -> Iterator[MeteredPart]:
    """The lines that are metered; one part, L?, if it is not known which there are.

    >>> list(_lines_of({"input.L1.current": "2.5", "input.L1.current.nominal": "16"}, ""))
    [MeteredPart(kind='line', label='L1', current_a=2.5, rating_a=16.0)]
    """
    lines = line_currents(variables)
    if isinstance(lines, NotKnown):
        yield unread_part(LINE, lines.reason, prefix)
        return
    for line, current_a in lines.items():
        if current_a is not None:
            rating_a = parse_number(variables.get(f"input.{line}.current.nominal")) or None
            yield MeteredPart(LINE, f"{prefix}{line}", current_a, rating_a)


def _groups_of(variables: Mapping[str, str], prefix: str) -> Iterator[MeteredPart]:
    """The groups of outlets that are metered; one part more, B?, if the driver says that there are
    more groups than it lists.

    >>> variables = {"outlet.group.1.current": "1.25", "outlet.group.count": "2"}
    >>> [part.label for part in _groups_of(variables, "")]
    ['G1', 'B?']
    """
    groups = _groups(variables)
    reason = reason_of_stale_values(variables)
    for group, fields in groups.items():
        current_a = known_now(figure_of(groups, group, "current"), reason)
        if current_a is not None:
            rating_a = parse_number(fields.get("current.nominal")) or None
            _, _, number, _ = group.split(".")  # outlet.group.1.
            yield MeteredPart(BREAKER, f"{prefix}G{number}", current_a, rating_a)
    count = whole_number(variables, "outlet.group.count")
    if isinstance(count, NotKnown):
        yield unread_part(BREAKER, count.reason, prefix)
    elif groups and count is not None and len(groups) < count:
        reason = f"the driver lists {len(groups)} of {count} groups of outlets"
        yield unread_part(BREAKER, reason, prefix)


def _groups(variables: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Prefix of a group of outlets -> its variables, without the prefix.

    >>> _groups({"outlet.group.1.current": "1.25", "outlet.1.current": "0.5"})
    {'outlet.group.1.': {'current': '1.25'}}
    """
    groups: dict[str, dict[str, str]] = {}
    for name, text in variables.items():
        match = _GROUP.fullmatch(name)
        if match is not None:
            prefix, field = match.groups()
            fields = groups.setdefault(prefix, {})
            fields[field] = text
    return groups
