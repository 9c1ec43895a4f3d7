"""`pdu rehearse --return`: what happens when the power comes back. Reads only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, Optional

from handlers.shared.errors import printable

from ...core.cli.error_output import Usage
from ...core.cli.report import few, show
from ...core.drawing.drawing import HallNode
from ..drawings import readings_source
from ..failure.rehearsal import Hall
from ..failure.report_parts import taken_at
from .delays import findings, proposal
from .model import BOOT_S, COLD_S, ReturnModel
from .report import Returns, report

_SPAN = re.compile(r"([0-9]{1,6})\s*(s|min|h)")
_SECONDS = {"s": 1, "min": 60, "h": 3600}


class ReturnOptions(NamedTuple):
    """The options of a return."""

    #: how long the power was gone, such as 2h; None: long
    after: Optional[str]
    #: more saved readings
    metered: Sequence[str]
    #: a page to write
    html: Optional[str]
    #: how many worlds are sampled, by which seed
    worlds: int
    seed: int


def run(hall: Hall, named: Sequence[HallNode], wanted: ReturnOptions, json: bool) -> int:
    """Rehearse the return of these: all together, then each first. Returns the exit code."""
    after = None if wanted.after is None else seconds(wanted.after)
    metered = [readings_source.saved(path) for path in wanted.metered]
    back = ReturnModel(hall, metered, is_cold=after is None or after >= COLD_S)
    outcomes = back.orders(named, wanted.worlds, wanted.seed)
    returns = Returns(
        outcomes,
        after,
        findings(hall, outcomes),
        proposal(hall, back, named, outcomes),
        _not_known(hall, after, bool(metered)),
        taken_at(hall.readings),
        hall.drawing,
        hall.already,
    )
    show(report(returns), json, wanted.html)
    return max(one.level for one in outcomes)


def seconds(text: str, of: str = "--after") -> float:
    """`2h`, `30min` or `45s`. Raises Usage."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise Usage(f"{of} {printable(text, 40)!r}: give a time such as 2h, 30min or 45s")
    return float(found[1]) * _SECONDS[found[2]]


def _not_known(hall: Hall, after: Optional[float], several: bool) -> list[str]:
    machines = hall.drawing.machines.values()
    unsaid = [one.name for one in machines if one.inrush_a is None]
    measured = [one.name for one in machines if one.peak_a is None]
    found = []
    if unsaid:
        found.append(
            f"the inrush of {len(unsaid)} machines: give inrush_a, for one or at the top of the"
            f" drawing ({few(unsaid, 4)})"
        )
    if measured:
        how = "the readings given" if several else "one reading"
        found.append(
            f"what {len(measured)} machines draw at most: the highest of {how} is taken; give"
            f" peak_a, or more readings as --metered ({few(measured, 4)})"
        )
    if after is None:
        found.append(
            f"how long the power was gone: at least {COLD_S / 60:g} minutes are assumed, so that"
            " inrush limiters are cold"
        )
    switches = [one.name for one in hall.drawing.pdus.values() if len(one.inputs) > 1]
    if switches:
        found.append(
            "when transfer switches go back to another input, which draws inrush again:"
            f" {few(switches, 4)}"
        )
    found.append("which machines start at all: a BMC or BIOS may be set to stay off")
    found.append(
        f"how long a PDU's controller takes to start, up to {BOOT_S:g} s: delays count from there"
    )
    found.append("another hour, and anything above the feeds")
    return found
