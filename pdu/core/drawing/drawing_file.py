"""Reads and checks `hall.power.toml`. Each error is one sentence with the line, the key and the
remedy.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple, NoReturn, Optional

from handlers.shared.errors import SettingsError, printable

from ..cli import secret_files, toml
from .drawing import (
    USUAL_IDLE_A,
    USUAL_LIMIT_PERCENT,
    Breaker,
    Cord,
    Drawing,
    Feed,
    HallNode,
    Input,
    Machine,
    Panel,
    PduNode,
    with_inputs,
)
from .toml_positions import TomlPositions

_LONGEST_NAME = 100
_MOST_CORDS_OF_ONE = 64
_LONGEST_CHAIN = 50
_LINE_OF_A_BOARD: Mapping[str, bool] = {
    "name": True,
    "breaker_a": False,
    "limit_percent": False,
    "curve": False,
    "phases": False,
    "of": False,
}
#: key of a table -> whether it is needed; docs/hall/hall.power.schema.json has the same
KEYS: Mapping[str, Mapping[str, bool]] = {
    "": {
        "idle_a": False,
        "inrush_a": False,
        "feed": True,
        "ups": False,
        "panel": False,
        "pdu": True,
        "machine": False,
    },
    "feed": {
        "name": True,
        "breaker_a": False,
        "limit_percent": False,
        "voltage_v": False,
        "curve": False,
    },
    "ups": {
        "name": True,
        "inputs": True,
        "rating_a": False,
        "phases": False,
        "limit_percent": False,
        "line": False,
        "breaker_a": False,
        "curve": False,
    },
    "panel": {
        "name": True,
        "inputs": True,
        "line": False,
        "breaker_a": False,
        "limit_percent": False,
        "curve": False,
    },
    "pdu": {
        "name": True,
        "inputs": True,
        "rack": False,
        "line": False,
        "breaker": False,
        "breaker_a": False,
        "limit_percent": False,
        "voltage_v": False,
        "curve": False,
        "unread": False,
    },
    "ups.line": _LINE_OF_A_BOARD,
    "panel.line": _LINE_OF_A_BOARD,
    "pdu.line": {
        "name": True,
        "breaker_a": False,
        "limit_percent": False,
        "curve": False,
        "outlets": False,
        "of": False,
    },
    "pdu.breaker": {
        "name": True,
        "breaker_a": False,
        "limit_percent": False,
        "curve": False,
        "outlets": False,
    },
    "machine": {
        "name": True,
        "cords": True,
        "needs": False,
        "protected": False,
        "peak_a": False,
        "inrush_a": False,
    },
}


class Defaults(NamedTuple):
    """What a feed, panel or PDU says for all below it."""

    breaker_a: Optional[float] = None
    limit_percent: float = USUAL_LIMIT_PERCENT
    voltage_v: Optional[float] = None
    curve: str = ""


class _Place(NamedTuple):
    """One table of the file."""

    kind: str
    #: its number among the tables of its kind and parent, from 0
    number: int
    #: the parent's number; None at the top
    inside: Optional[int] = None
    name: str = ""

    @property
    def node(self) -> HallNode:
        """The feed, panel, PDU or machine that the table is of."""
        return HallNode(self.kind, self.name)


def read(path: str) -> Drawing:
    """Read a drawing. Raises SettingsError."""
    text = secret_files.read_secret(path, secret_files.LIST)
    return parsed(text, path)


def parsed(text: str, path: str) -> Drawing:
    """The drawing in this text. Raises SettingsError."""
    return _Reader(text, path).drawing()


class _Reader:
    def __init__(self, text: str, path: str) -> None:
        self._text, self._path = text, path
        self._lines = TomlPositions(text)
        self._document = toml.loads(text, path)
        self._line_numbers: dict[HallNode, int] = {}
        self._inrush_a: Optional[float] = None

    def drawing(self) -> Drawing:
        top = _Place("", 0)
        self._check_keys(top, self._document)
        idle_a = self._number(top, self._document, "idle_a", 0.0, 10.0)
        self._inrush_a = self._number(top, self._document, "inrush_a", 0.0, 100_000.0)
        feeds: dict[str, Feed] = {}
        panels: dict[str, Panel] = {}
        pdus: dict[str, PduNode] = {}
        machines: dict[str, Machine] = {}
        defaults: dict[str, Defaults] = {}
        for place, table in self._tables("feed"):
            self._add(place, feeds, Feed(place.name))
            defaults[place.name] = self._defaults(place, table, Defaults())
        listed_panels = [*self._tables("ups"), *self._tables("panel")]
        listed_pdus = list(self._tables("pdu"))
        names = {place.name for place, _ in listed_pdus}
        upper = {name: HallNode("feed", name) for name in feeds}
        lines_of_panels: dict[str, HallNode] = {}
        for place, table in listed_panels:
            # a line L1 of both would be one line
            other = (
                HallNode("PDU", "") if place.name in names else upper.get(place.name, place.node)
            )
            if other.kind != place.kind:
                what = f"is also the name of a {other.kind}; give each its own name"
                self._fail(place, "name", what)
            upper[place.name] = place.node
            for line, _ in self._tables(f"{place.kind}.line", place, table):
                node = HallNode.breaker(place.name, line.name)
                lines_of_panels.setdefault(node.full_name, node)
        for place, table in listed_panels:
            inputs = self._inputs(place, table, upper, lines_of_panels, names)
            given = self._defaults(place, table, _of(inputs, defaults))
            defaults[place.name] = given
            unrated = given._replace(breaker_a=None)
            lines = self._breakers(place, table, "line", unrated, lines_of_panels)
            ups = None
            if place.kind == "ups":
                rating = self._number(place, table, "rating_a", 0.1, 100_000.0)
                phases = self._phases(place, table)
                ups = Breaker(place.name, rating, given.limit_percent, phases=phases)
            self._add(place, panels, Panel(place.name, inputs, lines, ups))
        for place, table in listed_pdus:
            inputs = self._inputs(place, table, upper, lines_of_panels, names)
            given = self._defaults(place, table, _of(inputs, defaults))
            self._add(
                place,
                pdus,
                PduNode(
                    place.name,
                    inputs,
                    self._text_of(place, table, "rack"),
                    self._breakers(place, table, "line", given, lines_of_panels)
                    or (Breaker("inlet", given.breaker_a, given.limit_percent, curve=given.curve),),
                    self._breakers(place, table, "breaker", given._replace(breaker_a=None), {}),
                    given.voltage_v,
                    self._flag(place, table, "unread"),
                ),
            )
        if not pdus:
            raise SettingsError(f"{self._path}: there is no PDU in it; add [[pdu]] tables")
        inputs_of = with_inputs(panels, pdus)
        self._check_circles(feeds, inputs_of)
        taken = self._taken(inputs_of)
        for place, table in self._tables("machine"):
            self._add(place, machines, self._machine(place, table, names, taken))
        return Drawing(
            self._path,
            hashlib.sha256(self._text.encode()).hexdigest(),
            feeds,
            panels,
            pdus,
            machines,
            self._line_numbers,
            USUAL_IDLE_A if idle_a is None else idle_a,
        )

    # ---- tables ----------------------------------------------------------------------------------

    def _tables(
        self, kind: str, parent: Optional[_Place] = None, of: Optional[Mapping[str, Any]] = None
    ) -> Iterator[tuple[_Place, Mapping[str, Any]]]:
        """The tables of a kind, with their names checked."""
        key = kind.rpartition(".")[2]
        table = self._document if of is None else of
        listed = table.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            if parent is None:
                where = self._lines.key(0, key)
                raise SettingsError(
                    f"{self._path}: {f'line {where}: ' if where else ''}{key!r} must be tables:"
                    f" begin each with [[{kind}]]"
                )
            self._fail(parent, key, f"must be tables: begin each with [[{kind}]]")
        for number, table in enumerate(listed):
            place = _Place(kind, number, None if parent is None else parent.number)
            self._check_keys(place, table)
            name = table["name"]
            if not isinstance(name, str) or not name.strip() or name != name.strip():
                self._fail(place, "name", "must be a text without spaces at its ends")
            if len(name) > _LONGEST_NAME or not name.isprintable():
                self._fail(
                    place,
                    "name",
                    f"must be printable and have at most {_LONGEST_NAME} characters",
                )
            yield place._replace(name=name), table

    def _add(self, place: _Place, known: dict[str, Any], made: Any) -> None:
        if place.name in known:
            first = self._line_numbers.get(place.node)
            self._fail(
                place,
                "name",
                f"is taken by another {place.kind}{f' (line {first})' if first else ''}; give each"
                " its own name",
            )
        known[place.name] = made
        line = self._line(place)
        if line is not None:
            self._line_numbers[place.node] = line

    def _check_keys(self, place: _Place, table: Mapping[str, Any]) -> None:
        allowed = KEYS[place.kind]
        for key in table:
            if key not in allowed:
                self._fail(place, key, f"is unknown; allowed: {', '.join(allowed)}")
        for key, needed in allowed.items():
            if needed and key not in table:
                self._fail(place, key, "is missing; add it")

    def _breakers(
        self,
        parent: _Place,
        table: Mapping[str, Any],
        key: str,
        given: Defaults,
        lines_of_panels: Mapping[str, HallNode],
    ) -> tuple[Breaker, ...]:
        found: dict[str, Breaker] = {}
        listed = list(self._tables(f"{parent.kind}.{key}", parent, table))
        for place, one in listed:
            if place.name in found:
                self._fail(place, "name", f"occurs twice in {parent.kind} {parent.name!r}")
            own = self._defaults(place, one, given)
            outlets = self._texts(place, one, "outlets") if "outlets" in one else None
            found[place.name] = Breaker(
                place.name,
                own.breaker_a,
                own.limit_percent,
                None if outlets is None else tuple(outlets),
                key == "line" and len(listed) == 1 and outlets is None,
                self._line_of(place, one, lines_of_panels) if "of" in one else None,
                self._phases(place, one),
                own.curve,
            )
        return tuple(found.values())

    def _line_of(
        self, place: _Place, table: Mapping[str, Any], lines_of_panels: Mapping[str, HallNode]
    ) -> HallNode:
        text = self._text_of(place, table, "of")
        if text not in lines_of_panels:
            self._fail(place, "of", f"names {text!r}, which is no PANEL/LINE of the drawing")
        return lines_of_panels[text]

    def _phases(self, place: _Place, table: Mapping[str, Any]) -> Optional[int]:
        phases = table.get("phases")
        if phases is not None and (type(phases) is not int or phases not in (1, 3)):
            self._fail(place, "phases", "must be 1 or 3")
        return phases

    def _inputs(
        self,
        place: _Place,
        table: Mapping[str, Any],
        upper: Mapping[str, HallNode],
        lines_of_panels: Mapping[str, HallNode],
        pdus: set[str],
    ) -> tuple[Input, ...]:
        found: list[Input] = []
        for text in self._texts(place, table, "inputs"):
            known = upper.get(text) or lines_of_panels.get(text)
            if known is None:
                what = "no feed, UPS, panel, PANEL/LINE or PDU/OUTLET"
                found.append(self._cord(place, "inputs", text, pdus, what))
                continue
            found.append(known)
        if not found:
            self._fail(place, "inputs", "is empty; name the feed or panel that feeds it")
        if len(set(found)) < len(found):
            self._fail(place, "inputs", "names the same input twice")
        return tuple(found)

    def _machine(
        self, place: _Place, table: Mapping[str, Any], pdus: set[str], taken: dict[Cord, HallNode]
    ) -> Machine:
        node = place.node
        cords: list[Cord] = []
        for text in self._texts(place, table, "cords"):
            cord = self._cord(place, "cords", text, pdus, "no PDU/OUTLET")
            if cord in taken:
                self._fail(
                    place,
                    "cords",
                    f"names {str(cord)!r}, which already belongs to {_quoted(taken[cord])}; an"
                    " outlet has one cord: correct one of them",
                )
            taken[cord] = node
            cords.append(cord)
        if not cords:
            self._fail(place, "cords", 'is empty; give its outlets, such as ["rack1-left/7"]')
        if len(cords) > _MOST_CORDS_OF_ONE:
            self._fail(place, "cords", f"names more than {_MOST_CORDS_OF_ONE} outlets")
        needs = table.get("needs", 1)
        if type(needs) is not int or not 1 <= needs <= len(cords):
            self._fail(
                place,
                "needs",
                f"must be a whole number from 1 to the number of its cords, {len(cords)}",
            )
        protected = self._flag(place, table, "protected")
        peak = self._number(place, table, "peak_a", 0.0, 10_000.0)
        inrush = self._number(place, table, "inrush_a", 0.0, 100_000.0)
        return Machine(
            place.name,
            tuple(cords),
            needs,
            protected,
            peak,
            self._inrush_a if inrush is None else inrush,
        )

    def _taken(self, inputs_of: Mapping[HallNode, Sequence[Input]]) -> dict[Cord, HallNode]:
        taken: dict[Cord, HallNode] = {}
        for node, inputs in inputs_of.items():
            for source in inputs:
                if not isinstance(source, Cord):
                    continue
                if source in taken:
                    line = self._line_numbers.get(node)
                    raise SettingsError(
                        f"{self._path}: {f'line {line}: ' if line else ''}{_quoted(node)}: the key"
                        f" 'inputs' names {str(source)!r}, which already feeds"
                        f" {_quoted(taken[source])}; an outlet has one cord: correct one of them"
                    )
                taken[source] = node
        return taken

    def _check_circles(
        self, feeds: Iterable[str], inputs_of: Mapping[HallNode, Sequence[Input]]
    ) -> None:
        above: dict[HallNode, list[HallNode]] = {HallNode("feed", name): [] for name in feeds}
        board = {node.name: node for node in inputs_of if node.kind != "pdu"}
        for node, inputs in inputs_of.items():
            above[node] = [
                HallNode("pdu", one.pdu) if isinstance(one, Cord) else board.get(one.owner, one)
                for one in inputs
            ]
        lengths: dict[HallNode, int] = {}
        try:
            for node in TopologicalSorter(above).static_order():
                lengths[node] = 1 + max((lengths[one] for one in above.get(node, ())), default=0)
        except CycleError as error:
            circle = _circle(error.args[1], list(above))
            line = self._line_numbers.get(circle[0])
            way = " <- ".join(one.in_words for one in circle)
            raise SettingsError(
                f"{self._path}: {f'line {line}: ' if line else ''}{circle[0].in_words} feeds"
                f" itself: {way}; correct the key 'inputs' of one of them"
            ) from None
        if max(lengths.values(), default=0) > _LONGEST_CHAIN:
            raise SettingsError(
                f"{self._path}: more than {_LONGEST_CHAIN} panels and PDUs feed one another in a"
                " chain; draw fewer"
            )

    # ---- values ----------------------------------------------------------------------------------

    def _defaults(self, place: _Place, table: Mapping[str, Any], given: Defaults) -> Defaults:
        own = (
            self._number(place, table, "breaker_a", 0.1, 10_000.0),
            self._number(place, table, "limit_percent", 1.0, 100.0),
            self._number(place, table, "voltage_v", 1.0, 1000.0),
        )
        theirs = (given.breaker_a, given.limit_percent, given.voltage_v)
        chosen = [mine if mine is not None else other for mine, other in zip(own, theirs)]
        curve = self._text_of(place, table, "curve")
        if curve not in ("", "B", "C", "D"):
            self._fail(place, "curve", "must be B, C or D")
        return Defaults(
            chosen[0], chosen[1] or USUAL_LIMIT_PERCENT, chosen[2], curve or given.curve
        )

    def _number(
        self, place: _Place, table: Mapping[str, Any], key: str, least: float, most: float
    ) -> Optional[float]:
        value = table.get(key)
        if value is None:
            return None
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not least <= value <= most:
            self._fail(place, key, f"must be a number from {least:g} to {most:g}")
        return float(value)

    def _flag(self, place: _Place, table: Mapping[str, Any], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            self._fail(place, key, "must be true or false")
        return value

    def _text_of(self, place: _Place, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str) or not value.isprintable() or len(value) > 2 * _LONGEST_NAME:
            self._fail(place, key, "must be a printable text")
        return value.strip()

    def _texts(self, place: _Place, table: Mapping[str, Any], key: str) -> list[str]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self._fail(place, key, 'must be a list of texts, such as ["..."]')
        return [one.strip() for one in value]

    def _cord(self, place: _Place, key: str, text: str, pdus: set[str], what: str) -> Cord:
        """The cord that a text names. A PDU's name and an identity may contain slashes."""
        if text.count("/") == 1:
            name, _, outlet = text.partition("/")
            found = [Cord(name, outlet)] if name in pdus and outlet else []
        else:
            parts = text.split("/")
            split = (("/".join(parts[:n]), "/".join(parts[n:])) for n in range(1, len(parts)))
            found = [Cord(name, outlet) for name, outlet in split if name in pdus and outlet]
        if not found:
            self._fail(
                place,
                key,
                f"names {printable(text, 60)!r}, which is {what} of the drawing; correct it or"
                " draw what is missing",
            )
        if len(found) > 1:
            self._fail(
                place,
                key,
                f"names {printable(text, 60)!r}, which is an outlet of several PDUs; rename one of"
                " them",
            )
        return found[0]

    # ---- errors ----------------------------------------------------------------------------------

    def _line(self, place: _Place, key: str = "") -> Optional[int]:
        if place.kind:
            table = self._lines.table(place.kind, place.number, place.inside)
        else:
            table = 0
        found = self._lines.key(table, key) if key else table
        return found or None

    def _fail(self, place: _Place, key: str, what: str) -> NoReturn:
        line = self._line(place, key)
        named = f"{place.kind} {printable(place.name, 60)!r}" if place.name else ""
        table = named or (f"[[{place.kind}]] {place.number + 1}" if place.kind else "")
        parts = (self._path, f"line {line}" if line else "", table)
        raise SettingsError(
            f"{': '.join(filter(None, parts))}: the key {printable(key, 60)!r} {what}"
        )


def _of(inputs: Sequence[Input], defaults: Mapping[str, Defaults]) -> Defaults:
    """What the first input that is a feed or panel says for those below it."""
    named = (one.owner or one.name for one in inputs if isinstance(one, HallNode))
    return next((defaults[name] for name in named if name in defaults), Defaults())


def _circle(found: Sequence[HallNode], order: Sequence[HallNode]) -> list[HallNode]:
    """A circle from the one of its nodes that is drawn first, each fed by the next.

    `found`: as CycleError has it, each feeding the next, the first repeated at the end.
    """
    nodes = [*reversed(found[1:])]
    first = min(range(len(nodes)), key=lambda place: order.index(nodes[place]))
    return [*nodes[first:], *nodes[: first + 1]]


def _quoted(node: HallNode) -> str:
    return f"{node.kind} {node.name!r}"
