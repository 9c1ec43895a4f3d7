"""`pdu rehearse --return`: what happens when the power comes back. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple, Optional

from ...core.cli.options import option
from ...core.cli.report import few, show
from ...site.drawing.drawing import HallNode
from ..drawings import readings_source
from ..failure.hall_model import HallModel
from ..failure.rehearsal import worst_level
from .delays import findings, proposal
from .model import BOOT_S, ReturnModel
from .report import Returns, report


class ReturnOptions(NamedTuple):
    """The options of a return alone."""

    return_: Annotated[
        Sequence[str],
        option(
            "--return return_",
            "rehearse that power comes back to this, such as feed:A; given twice: both together,"
            " then each first",
            "KIND:NAME",
            multiple=True,
        ),
    ]
    metered: Annotated[
        Sequence[str],
        option(
            "--metered",
            "more saved readings: a machine draws at most the highest of all",
            "FILE",
            multiple=True,
            requires=["--return"],
        ),
    ]


def rehearse_return(
    hall: HallModel,
    returning_nodes: Sequence[HallNode],
    options: ReturnOptions,
    json: bool,
    page: Optional[str],
) -> int:
    """Rehearse the return of these: all together, then each first. Returns the exit code.

    `page`: the path of a page to write.
    """
    more_readings = [readings_source.read_saved(path) for path in options.metered]
    back = ReturnModel(hall, more_readings)
    outcomes = back.orders(returning_nodes)
    returns = Returns(
        outcomes,
        findings(hall, outcomes),
        proposal(hall, back, returning_nodes, outcomes),
        _not_known(hall, bool(more_readings)),
        hall,
    )
    show(report(returns), json, page)
    return worst_level(outcome.level for outcome in outcomes)


def _not_known(hall: HallModel, has_several_readings: bool) -> list[str]:
    machines = hall.drawing.machines.values()
    names = [machine.name for machine in machines if machine.peak_a is None]
    facts = []
    if names:
        how = "the readings given" if has_several_readings else "one reading"
        facts.append(
            f"what {len(names)} machines draw at most: the highest of {how} is taken; give"
            f" peak_a, or more readings as --metered ({few(names, 4)})"
        )
    facts.append("inrush: a breaker may trip in the first half-wave; delays spread the closing")
    facts.append("which machines start at all: a BMC or BIOS may be set to stay off")
    facts.append(
        f"how long a PDU's controller takes to start, up to {BOOT_S:g} s: delays count from there"
    )
    facts.append("another hour, and anything above the feeds")
    return facts
