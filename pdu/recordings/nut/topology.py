"""The lines and groups of a PDU behind NUT, for tools; in no archive.

Source: NUT's docs/nut-names.txt, `input.Ln.current` and `outlet.group.n.current`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers.nut.daisy_chain import Member
from handlers.nut.numbers import parse_number
from handlers.nut.sessions import NutSession, read_once

from ..topology import BREAKER, LINE, MeteredPart

_LINE = re.compile(r"input\.L([1-3])\.current")
_GROUP = re.compile(r"outlet\.group\.([0-9]{1,4})\.current")


def read_topology(session: NutSession) -> list[MeteredPart]:
    """Current per line and group: nothing besides what `status` reads."""
    meters: list[MeteredPart] = []
    for device in read_once(session):
        for member in device.device.chain.values() or [device.device.whole]:
            meters += meters_of(member, device.prefix + member.before)
    return meters


def meters_of(member: Member, prefix: str) -> Iterator[MeteredPart]:
    """The lines and groups of one device."""
    variables = member.variables
    for name, text in variables.items():
        line, group = _LINE.fullmatch(name), _GROUP.fullmatch(name)
        if line is not None:
            rating = parse_number(variables.get(f"input.L{line[1]}.current.nominal"))
            yield MeteredPart(LINE, f"{prefix}L{line[1]}", parse_number(text), rating or None)
        elif group is not None:
            rating = parse_number(variables.get(f"outlet.group.{group[1]}.current.nominal"))
            yield MeteredPart(BREAKER, f"{prefix}G{group[1]}", parse_number(text), rating or None)
