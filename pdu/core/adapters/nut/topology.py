"""The lines and groups of a PDU behind NUT, for tools; in no archive.

Source: NUT's docs/nut-names.txt, `input.Ln.current` and `outlet.group.n.current`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers.nut.daisy_chain import Member, as_number
from handlers.nut.handler import NutPdu

from ..topology import BREAKER, LINE, MeteredPart, Topology

_LINE = re.compile(r"input\.L([1-3])\.current")
_GROUP = re.compile(r"outlet\.group\.([0-9]{1,4})\.current")


def read(pdu: NutPdu) -> Topology:
    """Current per line and group: the round trips of one `status`, and in `one_session` none."""
    with pdu.read("topology") as found:
        listed = list(found)
    meters: list[MeteredPart] = []
    for one in listed:
        for member in one.device.chain.values() or [one.device.whole]:
            meters += meters_of(member, one.prefix + member.before)
    return Topology(meters)


def meters_of(member: Member, prefix: str) -> Iterator[MeteredPart]:
    """The lines and groups of one device."""
    variables = member.variables
    for name, text in variables.items():
        for kind, letter, pattern, rest in (
            (LINE, "L", _LINE, "input.L{}.current.nominal"),
            (BREAKER, "G", _GROUP, "outlet.group.{}.current.nominal"),
        ):
            seen = pattern.fullmatch(name)
            if seen:
                rating = as_number(variables.get(rest.format(seen[1])))
                yield MeteredPart(
                    kind, f"{prefix}{letter}{seen[1]}", as_number(text), rating or None
                )
