"""The drawing of a hall as values: feeds, panels, PDUs with lines and breakers, machines with
cords. Pure.

`reading_toml.read` makes a `Drawing` from a file and checks it, so that whoever has one may rely on
its names: each cord's PDU is drawn, no two outlets have the same owner, nothing feeds itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional, Union

# NEC: a continuous load, three hours or more, is planned at 125 %, so a breaker carries 80 % of its
# rating. IEC breakers carry their rating, but halls plan with 80 % as well.
USUAL_LIMIT_PERCENT = 80.0
# A supply with a dead output can still draw this much through its input filter.
USUAL_IDLE_A = 0.05


class Cord(NamedTuple):
    """One outlet, as `PDU/OUTLET`."""

    #: the PDU's name in the drawing and in the fleet list
    pdu: str
    #: the outlet's identity, as `pdu status` lists it
    outlet: str

    def __str__(self) -> str:
        return f"{self.pdu}/{self.outlet}"


class LineOf(NamedTuple):
    """One line of a panel, as `PANEL/LINE`."""

    panel: str
    line: str


class Breaker(NamedTuple):
    """A line of a panel or of a PDU's inlet, or a breaker inside a PDU."""

    name: str
    #: what its breaker is rated for, in A; None if nobody wrote it down
    rating_a: Optional[float] = None
    #: how much of the rating may be planned, in percent
    limit_percent: float = USUAL_LIMIT_PERCENT
    #: the outlets behind it; None if the drawing does not say which
    outlets: Optional[tuple[str, ...]] = None
    #: all outlets of the PDU are behind it: it is the only line that is drawn
    every: bool = False
    #: the panel's line that feeds this line of a PDU; None if the drawing does not say
    of: Optional[LineOf] = None

    @property
    def limit_a(self) -> Optional[float]:
        """The highest planned current, in A."""
        return None if self.rating_a is None else self.rating_a * self.limit_percent / 100


class Feed(NamedTuple):
    """Where power comes from: the top of the drawing."""

    name: str


Input = Union[str, Cord]
"""The name of a feed or panel, or the outlet of another PDU."""


class Panel(NamedTuple):
    """A distribution board, busbar or UPS. It lives while one of its inputs does."""

    name: str
    inputs: tuple[Input, ...]
    lines: tuple[Breaker, ...] = ()


class PduNode(NamedTuple):
    """One PDU. It lives while one of its inputs does; several make it a transfer switch."""

    name: str
    inputs: tuple[Input, ...]
    rack: str = ""
    #: lines of the inlet: each has its breaker upstream
    lines: tuple[Breaker, ...] = ()
    #: breakers inside the PDU
    breakers: tuple[Breaker, ...] = ()
    #: nominal, in V; None if not drawn
    voltage_v: Optional[float] = None

    def carries(self, breaker: Breaker, outlet: str) -> Optional[bool]:
        """Whether the outlet is behind the line or breaker; None if the drawing does not say."""
        if breaker.every:
            return True
        if breaker.outlets is not None:
            return outlet in breaker.outlets
        # an outlet may load two lines, but it is behind one breaker
        elsewhere = breaker in self.breakers and any(
            outlet in (one.outlets or ()) for one in self.breakers
        )
        return False if elsewhere else None


class Machine(NamedTuple):
    """One machine with its cords."""

    name: str
    cords: tuple[Cord, ...]
    #: how many cords must live for the machine to live
    needs: int = 1
    #: `pdu cycle` never touches it
    protected: bool = False


class Drawing(NamedTuple):
    """A hall. Each mapping is by name, in the file's order."""

    path: str
    #: SHA-256 of the file, hexadecimal: a plan names the drawing that it was made from
    digest: str
    feeds: Mapping[str, Feed]
    panels: Mapping[str, Panel]
    pdus: Mapping[str, PduNode]
    machines: Mapping[str, Machine]
    #: "feed A", "pdu rack1-left", "machine srv-1" -> its line in the file, where known
    line_numbers: Mapping[str, int]
    #: a current up to this, in A, counts as none
    idle_a: float = USUAL_IDLE_A

    def owners(self) -> dict[Cord, str]:
        """Outlet -> `machine NAME`, or `pdu NAME` or `panel NAME` for what it feeds."""
        found = {
            cord: f"machine {one.name}" for one in self.machines.values() for cord in one.cords
        }
        for what, inputs in self.fed():
            found.update((source, what) for source in inputs if isinstance(source, Cord))
        return found

    def fed(self) -> list[tuple[str, tuple[Input, ...]]]:
        """`panel NAME` and `pdu NAME` with their inputs."""
        return [
            *((f"panel {one.name}", one.inputs) for one in self.panels.values()),
            *((f"pdu {one.name}", one.inputs) for one in self.pdus.values()),
        ]


class Failing(NamedTuple):
    """What is assumed to fail: `feed:A`, `panel:P1`, `pdu:rack1-left`, `breaker:rack1-left/L1`."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


KINDS = ("feed", "panel", "pdu", "breaker")


def nodes(drawing: Drawing) -> list[Failing]:
    """All that can fail, from the top to the bottom."""
    found = [Failing("feed", name) for name in drawing.feeds]
    found += [Failing("panel", name) for name in drawing.panels]
    found += [Failing("pdu", name) for name in drawing.pdus]
    owners: Sequence[tuple[str, Sequence[Breaker]]] = [
        *((one.name, one.lines) for one in drawing.panels.values()),
        *((one.name, (*one.lines, *one.breakers)) for one in drawing.pdus.values()),
    ]
    for owner, breakers in owners:
        found += [Failing("breaker", f"{owner}/{breaker.name}") for breaker in breakers]
    return found
