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

#: by the level of an outcome: those of `--fail`
_EXIT_CODES = (0, 2, 1)


class ReturnOptions(NamedTuple):
    """The options of a return."""

    #: how long the power was gone, such as 2h; None: long
    after: Optional[str]
    #: more saved readings
    metered: Sequence[str]
    #: a page to write
    html: Optional[str]


def run(hall: Hall, returned: Sequence[HallNode], options: ReturnOptions, json: bool) -> int:
    """Rehearse the return of these: all together, then each first. Returns the exit code."""
    after_s = None if options.after is None else seconds(options.after)
    metered = [readings_source.saved(path) for path in options.metered]
    back = ReturnModel(hall, metered, is_cold=after_s is None or after_s >= COLD_S)
    outcomes = back.orders(returned)
    returns = Returns(
        outcomes,
        after_s,
        findings(hall, outcomes),
        proposal(hall, back, returned, outcomes),
        _not_known(hall, after_s, bool(metered)),
        taken_at(hall.readings),
        hall.drawing,
        hall.already,
        hall.drawn_carriers,
    )
    show(report(returns), json, options.html)
    return _EXIT_CODES[max(outcome.level for outcome in outcomes)]


def seconds(text: str, of: str = "--after") -> float:
    """`2h`, `30min` or `45s`. Raises Usage."""
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise Usage(f"{of} {printable(text, 40)!r}: give a time such as 2h, 30min or 45s")
    return float(match[1]) * _SECONDS[match[2]]


def _not_known(hall: Hall, after_s: Optional[float], several: bool) -> list[str]:
    machines = hall.drawing.machines.values()
    unsaid = [machine.name for machine in machines if machine.inrush_a is None]
    measured = [machine.name for machine in machines if machine.peak_a is None]
    facts = []
    if unsaid:
        facts.append(
            f"the inrush of {len(unsaid)} machines: give inrush_a, for one or at the top of the"
            f" drawing ({few(unsaid, 4)})"
        )
    if measured:
        how = "the readings given" if several else "one reading"
        facts.append(
            f"what {len(measured)} machines draw at most: the highest of {how} is taken; give"
            f" peak_a, or more readings as --metered ({few(measured, 4)})"
        )
    if after_s is None:
        facts.append(
            f"how long the power was gone: at least {COLD_S / 60:g} minutes are assumed, so that"
            " inrush limiters are cold"
        )
    switches = [pdu.name for pdu in hall.drawing.pdus.values() if len(pdu.inputs) > 1]
    if switches:
        facts.append(
            "when transfer switches go back to another input, which draws inrush again:"
            f" {few(switches, 4)}"
        )
    facts.append("which machines start at all: a BMC or BIOS may be set to stay off")
    facts.append(
        f"how long a PDU's controller takes to start, up to {BOOT_S:g} s: delays count from there"
    )
    facts.append("another hour, and anything above the feeds")
    return facts
