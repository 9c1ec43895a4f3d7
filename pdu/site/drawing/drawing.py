"""The drawing of a hall as values: feeds, panels, PDUs with lines and breakers, machines with
cords. Pure.

`read_drawing` makes a `Drawing` from a file and checks it, so that whoever has one may rely on
its names: each cord's PDU is drawn, no two outlets have the same owner, nothing feeds itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Optional, Union

# NEC: a continuous load, three hours or more, is planned at 125 %, so a breaker carries 80 % of its
# rating. IEC breakers carry their rating, but halls plan with 80 % as well.
USUAL_LIMIT_PERCENT = 80.0
USUAL_IDLE_A = 0.05
# at these voltages, in V, an outlet may be between two lines
_BETWEEN_LINES_V = (197.0, 215.0)


class Cord(NamedTuple):
    """One outlet, as `PDU/OUTLET`."""

    #: the PDU's name in the drawing and in the fleet list
    pdu: str
    #: the outlet's identity, as `pdu status` lists it
    outlet: str

    def __str__(self) -> str:
        return f"{self.pdu}/{self.outlet}"


class HallNode(NamedTuple):
    """Which thing of the drawing is meant: the key for all that is known of it.

    As a text `feed:A`, `ups:U1`, `panel:P1`, `pdu:rack1-left`, `breaker:rack1-left/L1`,
    `machine:srv-1`.
    """

    #: feed, ups, panel, pdu or machine; breaker: a line or breaker of a UPS, panel or PDU
    kind: str
    #: its own name in the drawing
    name: str
    #: the UPS, panel or PDU that has this line or breaker; "" for the other kinds
    owner: str = ""

    @classmethod
    def breaker(cls, owner: str, name: str) -> HallNode:
        """A line or breaker of a UPS, panel or PDU."""
        return cls("breaker", name, owner)

    @property
    def full_name(self) -> str:
        """`A`; `rack1-left/L1` for a line or breaker."""
        return f"{self.owner}/{self.name}" if self.owner else self.name

    @property
    def label(self) -> str:
        """For a sentence: `machine srv-1`."""
        return f"{self.kind} {self.full_name}"

    def __str__(self) -> str:
        return f"{self.kind}:{self.full_name}"


class Breaker(NamedTuple):
    """A line of a UPS, of a panel or of a PDU's inlet, or a breaker inside a PDU."""

    name: str
    #: what its breaker is rated for, in A; None if nobody wrote it down
    rating_a: Optional[float] = None
    #: how much of the rating may be planned, in percent
    limit_percent: float = USUAL_LIMIT_PERCENT
    #: the outlets behind it; None if the drawing does not say which
    outlets: Optional[tuple[str, ...]] = None
    #: all outlets of the PDU are behind it: it is the only line that is drawn
    every: bool = False
    #: the line above that feeds this line; None if the drawing does not say
    of: Optional[HallNode] = None
    #: how many conductors the rating counts for, each by itself: 1 or 3; None if not drawn
    phases: Optional[int] = None
    #: such as "gG", by which it holds and trips; "" if not drawn
    standard: str = ""

    @property
    def limit_a(self) -> Optional[float]:
        """The highest planned current, in A."""
        return None if self.rating_a is None else self.rating_a * self.limit_percent / 100


class Feed(NamedTuple):
    """Where power comes from: the top of the drawing."""

    name: str
    #: nominal, in V; None if not drawn
    voltage_v: Optional[float] = None


Input = Union[HallNode, Cord]
"""A feed, UPS or panel, a line of a UPS or panel, or the outlet of a PDU."""


class Panel(NamedTuple):
    """A distribution board, busbar or UPS. It lives while its only input does."""

    name: str
    inputs: tuple[Input, ...]
    lines: tuple[Breaker, ...] = ()
    #: a UPS: what each conductor of its output carries, under its own name; None for the others
    ups: Optional[Breaker] = None
    #: nominal, in V: its own, or that of its input; None if not drawn
    voltage_v: Optional[float] = None
    #: a UPS: so many minutes it feeds what is behind it without its input, by the owner's word
    autonomy_min: float = 0.0

    @property
    def node(self) -> HallNode:
        """Itself."""
        return HallNode("panel" if self.ups is None else "ups", self.name)


class PduNode(NamedTuple):
    """One PDU. It lives while one of its inputs does; two make it a transfer switch."""

    name: str
    inputs: tuple[Input, ...]
    rack: str = ""
    #: lines of the inlet: each has its breaker upstream
    lines: tuple[Breaker, ...] = ()
    #: breakers inside the PDU
    breakers: tuple[Breaker, ...] = ()
    #: nominal, in V: that of its first input; None if not drawn
    voltage_v: Optional[float] = None
    #: no PDU of the fleet list: a strip, a UPS with outlets, a feed that a machine is wired to
    unread: bool = False
    #: the owner's word: nothing hangs on it that is not drawn
    complete: bool = False

    @property
    def lines_are_drawn(self) -> bool:
        """Whether somebody drew them: without, it has one line of unknown outlets."""
        line = self.lines[0] if len(self.lines) == 1 else None
        return line is None or line.every or line.outlets is not None

    def is_on_no_line(self, outlet: str) -> bool:
        """Whether all lines list their outlets, and none lists this one."""
        return all(line.outlets is not None and outlet not in line.outlets for line in self.lines)

    @property
    def is_between_lines(self) -> bool:
        """Whether an outlet may be between two lines: at 208 V."""
        least, most = _BETWEEN_LINES_V
        return self.voltage_v is not None and least <= self.voltage_v <= most

    def carries(self, breaker: Breaker, outlet: str) -> Optional[bool]:
        """Whether the outlet is behind the line or breaker; None if the drawing does not say."""
        if breaker.every:
            return True
        if breaker.outlets is not None and (
            outlet in breaker.outlets or breaker not in self.lines or not self.is_on_no_line(outlet)
        ):
            return outlet in breaker.outlets
        # one that a line or breaker names is behind that alone; only at 208 V behind two lines
        siblings = self.breakers
        if breaker in self.lines:
            siblings = () if self.is_between_lines else self.lines
        elsewhere = any(outlet in (sibling.outlets or ()) for sibling in siblings)
        return False if elsewhere else None


class Machine(NamedTuple):
    """One machine with its cords."""

    name: str
    cords: tuple[Cord, ...]
    #: how many cords must live for the machine to live
    needs: int = 1
    #: `pdu cycle` never touches it
    protected: bool = False
    #: the most that it draws with all its cords together, in A; None: what was metered
    peak_a: Optional[float] = None
    #: the owner's word, by its BMC: each of its supplies works
    works: bool = False


class Drawing(NamedTuple):
    """A hall. Each mapping is by name, in the file's order."""

    path: str
    #: SHA-256 of the file, hexadecimal: a plan names the drawing that it was made from
    digest: str
    feeds: Mapping[str, Feed]
    #: UPSes too
    panels: Mapping[str, Panel]
    pdus: Mapping[str, PduNode]
    machines: Mapping[str, Machine]
    #: feed, panel, PDU or machine -> its line in the file, where known
    line_numbers: Mapping[HallNode, int]
    #: a current up to this, in A, counts as none
    idle_a: float = USUAL_IDLE_A

    @property
    def read_pdus(self) -> list[str]:
        """The PDUs that can be read: those of the fleet list."""
        return [name for name, pdu in self.pdus.items() if not pdu.unread]

    @property
    def has_several_voltages(self) -> bool:
        """Whether amperes of one place are not those of another."""
        nodes: list[Union[Feed, Panel, PduNode]] = [
            *self.feeds.values(),
            *self.panels.values(),
            *self.pdus.values(),
        ]
        return len({node.voltage_v for node in nodes} - {None}) > 1

    def owners(self) -> dict[Cord, HallNode]:
        """Outlet -> the machine that it belongs to, or the PDU or panel that it feeds."""
        owner_by_cord = {
            cord: HallNode("machine", machine.name)
            for machine in self.machines.values()
            for cord in machine.cords
        }
        for node, inputs in self.inputs_by_node().items():
            owner_by_cord.update((source, node) for source in inputs if isinstance(source, Cord))
        return owner_by_cord

    def inputs_by_node(self) -> dict[HallNode, tuple[Input, ...]]:
        """All panels and PDUs with their inputs."""
        return connect_inputs(self.panels, self.pdus)


def connect_inputs(
    panels: Mapping[str, Panel], pdus: Mapping[str, PduNode]
) -> dict[HallNode, tuple[Input, ...]]:
    """These panels and PDUs with their inputs."""
    inputs_by_node = {board.node: board.inputs for board in panels.values()}
    inputs_by_node.update((HallNode("pdu", board.name), board.inputs) for board in pdus.values())
    return inputs_by_node


#: the kinds of nodes that can fail
KINDS = ("feed", "ups", "panel", "pdu", "breaker")


def nodes(drawing: Drawing) -> list[HallNode]:
    """All that can fail, from the top to the bottom."""
    all_nodes = [HallNode("feed", name) for name in drawing.feeds]
    all_nodes += [panel.node for panel in drawing.panels.values()]
    all_nodes += [HallNode("pdu", name) for name in drawing.pdus]
    for panel in drawing.panels.values():
        all_nodes += [HallNode.breaker(panel.name, breaker.name) for breaker in panel.lines]
    for pdu in drawing.pdus.values():
        all_nodes += [
            HallNode.breaker(pdu.name, breaker.name) for breaker in (*pdu.lines, *pdu.breakers)
        ]
    return all_nodes
