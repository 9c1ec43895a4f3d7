"""E-T-A: the remote control interface RCI10 of power distribution for direct current (ControlPlex),
of ETA-RCI10-MIB.

A fuse is an electronic circuit breaker. It stands in a slot of feed A or B, and its identity is the
feed (1 or 2) and the slot. Empty slots have rows too. Fuses of several slots may be connected in
parallel for one load.
"""

from ..cells import Rows
from ..controls import Guard, Write
from ..evidence import SIMULATED
from ..filters import one_of, strict_where, where
from ..objects import Parts
from ..profile import Profile
from ..states import State
from ..tables import Tables, computed_from
from .conditions import row_condition
from .language import column, figure, oids, outlets, scalar, total
from .links import public
from .scales import THOUSANDTHS
from .sources import numbered_parts

FUSES = "44086.4.1.10"
FEEDS = {1: "A", 2: "B"}


def _column(number: int, name: str) -> Parts:
    """The column with this number below the table of slots, of both feeds."""
    return numbered_parts(
        lambda feed: column(f"{FUSES}.{feed}.10.1.{number}", name + FEEDS[feed]), FEEDS
    )


AVAILABLE = _column(2, "available")
OUTPUT = _column(16, "loadOutput")


@computed_from(OUTPUT, AVAILABLE, by_row=True)
def outputs(tables: Tables) -> Rows:
    """The outputs of the slots that have a fuse (1).

    >>> slots = {OUTPUT: {"1.1": 1, "1.2": 0}, AVAILABLE: {"1.1": 1, "1.2": 0}}
    >>> outputs.rows(tables_of(slots))
    {'1.1': 1}

    Raises ProtocolError if a slot does not say whether it has one; not of a command, which reads
    one slot.
    """
    slots, fuses, has_fuse = tables[OUTPUT], tables[AVAILABLE], one_of("1")
    if tables.outlet:
        return where(slots, fuses, has_fuse)
    return strict_where(slots, fuses, has_fuse)


PROFILES = (
    Profile(
        key="eta-rci10",
        vendor="E-T-A",
        mib="ETA-RCI10-MIB of 2018-10-08",
        source=public("DanielleHuisman/observium-community-edition", "mibs/eta/ETA-RCI10-MIB"),
        models=("RCI10 (ControlPlex), 48 V and other direct current",),
        sys_object_ids=oids("44086.4.1"),
        outlets=outlets(
            State(
                outputs,
                on=("1",),
                off=("0",),
                conditions=(row_condition(_column(22, "statusNoVcc"), "1"),),
            ),
            Write(OUTPUT, on=1, off=0),
            Guard(
                _column(26, "multiEsx"),
                refuse=("1", "2"),
                why=(
                    "its fuse is connected in parallel with others, and the MIB does not say"
                    " which of them a command switches"
                ),
            ),
            none_if_zero=AVAILABLE,
            name=_column(24, "label"),
            current=figure(_column(23, "load"), THOUSANDTHS),
        ),
        load=total(
            figure(
                numbered_parts(
                    lambda feed: scalar(f"{FUSES}.{feed}.1.0", "sumCurrent" + FEEDS[feed]), FEEDS
                ),
                THOUSANDTHS,
                least=2,
            ),
            else_outlets=True,
        ),
        evidence=SIMULATED.of("state", "current", "switching"),
        unread=(
            "statusShort, statusOverload, statusUvlt, statusOvlt, statusOtmp and the errors of a"
            " fuse: the MIB does not say that they open its output, which loadOutput tells"
        ),
    ),
)
