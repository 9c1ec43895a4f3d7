"""Reads `hall.power.toml`. Each error is one sentence with the line, the key and the remedy.

`hall.power.schema.json`, which editors can use too, says which keys and values there are, and is
checked with fastjsonschema. Here is what a schema cannot say: what names refer to.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Optional

from handlers.shared.errors import SettingsError, printable

from ...core.files import secret_files, toml
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
    connect_inputs,
)
from .toml_positions import TomlPositions

SCHEMA = Path(__file__).with_name("hall.power.schema.json")
_LONGEST_CHAIN = 50
_DEFAULTS = ("breaker_a", "limit_percent", "voltage_v")
#: key, and the rule of the schema that its value breaks -> a sentence's end
_RULES: Mapping[tuple[str, str], str] = {
    ("inputs", "minItems"): "is empty; name the feed or panel that feeds it",
    ("inputs", "uniqueItems"): "names the same input twice",
    ("cords", "minItems"): 'is empty; give its outlets, such as ["rack1-left/7"]',
    ("cords", "maxItems"): "names more than 64 outlets",
}
_STANDARD = 'is not known: write standard = "IEC 60898-1", "IEC 60947-2", "UL 489" or "gG"'
#: key that looks like one of a drawing -> a sentence's end, which says how to draw what is meant
_REFUSED: Mapping[str, str] = {
    "curve": _STANDARD,
    "fuse": _STANDARD,
    "holds_percent": f"{_STANDARD}, and a breaker in a hot place with a lower breaker_a",
    "gap_s": (
        "is not known: draw a switch that bridges as a [[pdu]] with two inputs; a slow one, such as"
        " that of a generator, is above the feed and is not drawn"
    ),
    "parallel": (
        "is not known: draw UPS modules side by side as one [[ups]] with the rating_a that you"
        " count on"
    ),
    "voltage_v": "is not known here: draw it at the feed, UPS or panel where it changes",
    "inrush_a": "is not known: no inrush is computed; delays spread the closing of outlets",
}
# a phase to neutral and two phases of one network: 230 and 400 V, 277 and 480, 120 and 208
_SQUARE_ROOT_OF_THREE = (1.68, 1.78)


class Defaults(NamedTuple):
    """What a feed, panel or PDU says for all below it."""

    breaker_a: Optional[float] = None
    limit_percent: float = USUAL_LIMIT_PERCENT
    voltage_v: Optional[float] = None
    standard: str = ""

    def breaker(self, name: str, rating_a: Optional[float]) -> Breaker:
        """One with this rating, for which these count."""
        return Breaker(name, rating_a, self.limit_percent, standard=self.standard)


class _TablePosition(NamedTuple):
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


def read_drawing(path: str) -> Drawing:
    """Read a drawing. Raises SettingsError."""
    text = secret_files.read_secret(path, secret_files.LIST)
    return parsed(text, path)


def parsed(text: str, path: str) -> Drawing:
    """The drawing in this text. Raises SettingsError."""
    return _DrawingReader(text, path).drawing()


def _fastjsonschema() -> Any:
    """Imported late: 5 ms, and `pdu plan` may read no drawing. Its releases for Python 3.9 have no
    types.
    """
    return importlib.import_module("fastjsonschema")


@functools.cache
def _schema_check(has_details: bool) -> Callable[[object], object]:
    """The check by the schema. Without details of errors it compiles in a third of the time, 8 ms:
    once in a process, as some programs read drawing after drawing.
    """
    schema = json.loads(SCHEMA.read_text("utf-8"))
    check: Callable[[object], object] = _fastjsonschema().compile(
        schema, use_default=False, detailed_exceptions=has_details
    )
    return check


class _DrawingReader:
    def __init__(self, text: str, path: str) -> None:
        self._text, self._path = text, path
        self._lines = TomlPositions(text)
        self._document = toml.loads(text, path, _number_of_json)
        self._line_numbers: dict[HallNode, int] = {}

    def drawing(self) -> Drawing:
        self._check_by_schema()
        idle_a = _number(self._document, "idle_a")
        complete = self._document.get("complete", False)
        complete_racks = frozenset(complete if isinstance(complete, list) else ())
        feeds: dict[str, Feed] = {}
        panels: dict[str, Panel] = {}
        pdus: dict[str, PduNode] = {}
        machines: dict[str, Machine] = {}
        defaults: dict[str, Defaults] = {}
        top = Defaults(standard=self._document.get("standard", ""))
        for place, table in self._tables("feed"):
            defaults[place.name] = self._defaults(table, top)
            self._add(place, feeds, Feed(place.name, defaults[place.name].voltage_v))
        listed_panels = [*self._tables("ups"), *self._tables("panel")]
        listed_pdus = list(self._tables("pdu"))
        names = {place.name for place, _ in listed_pdus}
        upper = {name: HallNode("feed", name) for name in feeds}
        lines_of_panels: dict[str, HallNode] = {}
        for place, table in listed_panels:
            # a line L1 of both would be one line
            twin = HallNode("PDU", "") if place.name in names else upper.get(place.name, place.node)
            if twin.kind != place.kind:
                what = f"is also the name of a {twin.kind}; give each its own name"
                self._fail(place, "name", what)
            upper[place.name] = place.node
            for line, _ in self._tables(f"{place.kind}.line", place, table):
                node = HallNode.breaker(place.name, line.name)
                lines_of_panels.setdefault(node.full_name, node)
        inputs_by_place = {
            place: self._inputs(place, table, upper, lines_of_panels, names)
            for place, table in (*listed_panels, *listed_pdus)
        }
        for place, inputs in inputs_by_place.items():
            if place.kind != "pdu" and len(inputs) > 1:
                self._fail(
                    place,
                    "inputs",
                    f"names {len(inputs)}: a {place.kind} has one input; draw a switch that bridges"
                    " as a [[pdu]] with two, and UPS modules side by side as one [[ups]]; a slow"
                    " switch, such as that of a generator, is above the feed and is not drawn",
                )
            if place.node in self._line_numbers:
                self._fail_taken(place)
            self._note_line(place)
        self._check_circles(
            feeds, {place.node: inputs for place, inputs in inputs_by_place.items()}
        )
        self._inherit(top, defaults, [*listed_panels, *listed_pdus], inputs_by_place)
        for place, table in listed_panels:
            inputs, defaults_here = inputs_by_place[place], defaults[place.name]
            line_defaults = defaults_here._replace(breaker_a=None)
            lines = self._breakers(place, table, "line", line_defaults, lines_of_panels)
            ups = None
            if place.kind == "ups":
                rating = _number(table, "rating_a")
                ups = Breaker(
                    place.name, rating, defaults_here.limit_percent, phases=_phases(table)
                )
            autonomy_min = _number(table, "autonomy_min") or 0.0
            panel = Panel(place.name, inputs, lines, ups, defaults_here.voltage_v, autonomy_min)
            self._add(place, panels, panel)
        for place, table in listed_pdus:
            inputs, defaults_here = inputs_by_place[place], defaults[place.name]
            if len(inputs) > 2:
                what = f"names {len(inputs)}: a [[pdu]] has one input, or two as a transfer switch"
                self._fail(place, "inputs", what)
            rack = self._printable(place, "rack", table.get("rack", "")).strip()
            is_complete = complete is True or rack in complete_racks
            self._add(
                place,
                pdus,
                PduNode(
                    place.name,
                    inputs,
                    rack,
                    self._breakers(place, table, "line", defaults_here, lines_of_panels)
                    or (defaults_here.breaker("inlet", defaults_here.breaker_a),),
                    self._breakers(
                        place, table, "breaker", defaults_here._replace(breaker_a=None), {}
                    ),
                    defaults_here.voltage_v,
                    table.get("unread", False),
                    table.get("complete", is_complete),
                ),
            )
        if not pdus:
            raise SettingsError(f"{self._path}: there is no PDU in it; add [[pdu]] tables")
        node_by_cord = self._node_by_outlet(connect_inputs(panels, pdus))
        for place, table in self._tables("machine"):
            self._add(place, machines, self._machine(place, table, names, node_by_cord))
        drawing = Drawing(
            self._path,
            hashlib.sha256(self._text.encode()).hexdigest(),
            feeds,
            panels,
            pdus,
            machines,
            self._line_numbers,
            USUAL_IDLE_A if idle_a is None else idle_a,
        )
        self._check_outlets(drawing)
        self._check_voltages(drawing)
        return drawing

    def _inherit(
        self,
        top: Defaults,
        defaults: dict[str, Defaults],
        tables: Sequence[tuple[_TablePosition, Mapping[str, Any]]],
        inputs_by_place: Mapping[_TablePosition, Sequence[Input]],
    ) -> None:
        """Add what panels, UPSes and PDUs say for all below them, from the top to the bottom."""
        table_by_name = {place.name: (place, table) for place, table in tables}
        above = {
            place.name: [_owner(source) for source in inputs]
            for place, inputs in inputs_by_place.items()
        }
        for name in TopologicalSorter(above).static_order():
            if name in table_by_name:
                place, table = table_by_name[name]
                first = inputs_by_place[place][0]
                theirs = defaults.get(_owner(first), Defaults())
                if isinstance(first, Cord):
                    # what hangs on an outlet has breakers of its own
                    theirs = top._replace(voltage_v=theirs.voltage_v)
                defaults[name] = self._defaults(table, theirs)

    # ---- tables ----------------------------------------------------------------------------------

    def _tables(
        self,
        kind: str,
        parent: Optional[_TablePosition] = None,
        of: Optional[Mapping[str, Any]] = None,
    ) -> Iterator[tuple[_TablePosition, Mapping[str, Any]]]:
        """The tables of a kind."""
        tables = (self._document if of is None else of).get(kind.rpartition(".")[2], ())
        for number, table in enumerate(tables):
            place = _TablePosition(kind, number, None if parent is None else parent.number)
            yield place._replace(name=self._printable(place, "name", table["name"])), table

    def _add(self, place: _TablePosition, node_by_name: dict[str, Any], node: Any) -> None:
        if place.name in node_by_name:
            self._fail_taken(place)
        node_by_name[place.name] = node
        self._note_line(place)

    def _fail_taken(self, place: _TablePosition) -> NoReturn:
        first = self._line_numbers.get(place.node)
        self._fail(
            place,
            "name",
            f"is taken by another {place.kind}{f' (line {first})' if first else ''}; give each"
            " its own name",
        )

    def _note_line(self, place: _TablePosition) -> None:
        line = self._line(place)
        if line is not None:
            self._line_numbers.setdefault(place.node, line)

    def _breakers(
        self,
        parent: _TablePosition,
        table: Mapping[str, Any],
        key: str,
        defaults: Defaults,
        lines_of_panels: Mapping[str, HallNode],
    ) -> tuple[Breaker, ...]:
        breaker_by_name: dict[str, Breaker] = {}
        tables = list(self._tables(f"{parent.kind}.{key}", parent, table))
        for place, breaker_table in tables:
            if place.name in breaker_by_name:
                self._fail(place, "name", f"occurs twice in {parent.kind} {parent.name!r}")
            own_defaults = self._defaults(breaker_table, defaults)
            outlets = _texts(breaker_table, "outlets") if "outlets" in breaker_table else None
            breaker_by_name[place.name] = own_defaults.breaker(
                place.name, own_defaults.breaker_a
            )._replace(
                outlets=None if outlets is None else tuple(outlets),
                every=key == "line" and len(tables) == 1 and outlets is None,
                of=self._line_of(place, breaker_table, lines_of_panels)
                if "of" in breaker_table
                else None,
                phases=_phases(breaker_table),
            )
        return tuple(breaker_by_name.values())

    def _line_of(
        self,
        place: _TablePosition,
        table: Mapping[str, Any],
        lines_of_panels: Mapping[str, HallNode],
    ) -> HallNode:
        text = table["of"].strip()
        if text not in lines_of_panels:
            self._fail(place, "of", f"names {text!r}, which is no PANEL/LINE of the drawing")
        return lines_of_panels[text]

    def _inputs(
        self,
        place: _TablePosition,
        table: Mapping[str, Any],
        upper: Mapping[str, HallNode],
        lines_of_panels: Mapping[str, HallNode],
        pdus: set[str],
    ) -> tuple[Input, ...]:
        sources: list[Input] = []
        for text in _texts(table, "inputs"):
            source = upper.get(text) or lines_of_panels.get(text)
            if source is None:
                what = "no feed, UPS, panel, PANEL/LINE or PDU/OUTLET"
                sources.append(self._cord(place, "inputs", text, pdus, what))
                continue
            sources.append(source)
        if len(set(sources)) < len(sources):
            self._fail(place, "inputs", _RULES["inputs", "uniqueItems"])
        return tuple(sources)

    def _machine(
        self,
        place: _TablePosition,
        table: Mapping[str, Any],
        pdus: set[str],
        node_by_cord: dict[Cord, HallNode],
    ) -> Machine:
        node = place.node
        cords: list[Cord] = []
        for text in _texts(table, "cords"):
            cord = self._cord(place, "cords", text, pdus, "no PDU/OUTLET")
            if cord in node_by_cord:
                self._fail(place, "cords", _taken_by(str(cord), node_by_cord[cord]))
            node_by_cord[cord] = node
            cords.append(cord)
        needs = int(table.get("needs", 1))
        if needs > len(cords):
            self._fail(
                place,
                "needs",
                f"must be a whole number from 1 to the number of its cords, {len(cords)}",
            )
        return Machine(
            place.name,
            tuple(cords),
            needs,
            table.get("protected", False),
            _number(table, "peak_a"),
            table.get("works", False),
        )

    def _node_by_outlet(
        self, inputs_of: Mapping[HallNode, Sequence[Input]]
    ) -> dict[Cord, HallNode]:
        node_by_cord: dict[Cord, HallNode] = {}
        for node, inputs in inputs_of.items():
            for source in inputs:
                if not isinstance(source, Cord):
                    continue
                if source in node_by_cord:
                    line = self._line_numbers.get(node)
                    raise SettingsError(
                        f"{self._path}: {f'line {line}: ' if line else ''}{_quoted(node)}: the key"
                        f" 'inputs' names {str(source)!r}, which already feeds"
                        f" {_quoted(node_by_cord[source])}; an outlet has one cord: correct one"
                        " of them"
                    )
                node_by_cord[source] = node
        return node_by_cord

    def _check_outlets(self, drawing: Drawing) -> None:
        """What hangs on an outlet loads a line, and is behind one breaker."""
        for cord, node in drawing.owners().items():
            pdu = drawing.pdus[cord.pdu]
            breakers = [
                breaker.name for breaker in pdu.breakers if cord.outlet in (breaker.outlets or ())
            ]
            what = ""
            if pdu.is_on_no_line(cord.outlet):
                what = f"no [[pdu.line]] of {pdu.name} lists it: add it to one"
            elif len(breakers) > 1:
                what = f"it is behind {' and '.join(breakers)}: an outlet is behind one breaker"
            if what:
                line = self._line_numbers.get(node)
                raise SettingsError(
                    f"{self._path}: {f'line {line}: ' if line else ''}{_quoted(node)} names"
                    f" {str(cord)!r}, and {what}"
                )

    def _check_voltages(self, drawing: Drawing) -> None:
        """Where voltages differ each place has one, and none is that of two phases of another."""
        if not drawing.has_several_voltages:
            return
        volts = {HallNode("feed", feed.name): feed.voltage_v for feed in drawing.feeds.values()}
        volts.update((panel.node, panel.voltage_v) for panel in drawing.panels.values())
        volts.update((HallNode("pdu", pdu.name), pdu.voltage_v) for pdu in drawing.pdus.values())
        voltages = {figure for figure in volts.values() if figure is not None}
        for node, figure in volts.items():
            what = ""
            if figure is None:
                what = "has no voltage_v, and others have several: draw it at the feed of each"
            else:
                least, most = _SQUARE_ROOT_OF_THREE
                other = next((volts for volts in voltages if least < volts / figure < most), None)
                if other is not None:
                    what = (
                        f"has {figure:g} V and others {other:g} V, as a phase to neutral and two"
                        " phases of one network have: write voltage_v of the same two conductors"
                        " at both"
                    )
            if what:
                line = self._line_numbers.get(node)
                raise SettingsError(
                    f"{self._path}: {f'line {line}: ' if line else ''}{_quoted(node)} {what}"
                )

    def _check_circles(
        self, feeds: Iterable[str], inputs_of: Mapping[HallNode, Sequence[Input]]
    ) -> None:
        above: dict[HallNode, list[HallNode]] = {HallNode("feed", name): [] for name in feeds}
        board = {node.name: node for node in inputs_of if node.kind != "pdu"}
        for node, inputs in inputs_of.items():
            above[node] = [
                HallNode("pdu", upper.pdu)
                if isinstance(upper, Cord)
                else board.get(upper.owner, upper)
                for upper in inputs
            ]
        lengths: dict[HallNode, int] = {}
        try:
            for node in TopologicalSorter(above).static_order():
                lengths[node] = 1 + max(
                    (lengths[upper] for upper in above.get(node, ())), default=0
                )
        except CycleError as error:
            circle = _circle(error.args[1], list(above))
            line = self._line_numbers.get(circle[0])
            chain = " <- ".join(upper.label for upper in circle)
            raise SettingsError(
                f"{self._path}: {f'line {line}: ' if line else ''}{circle[0].label} feeds"
                f" itself: {chain}; correct the key 'inputs' of one of them"
            ) from None
        if max(lengths.values(), default=0) > _LONGEST_CHAIN:
            raise SettingsError(
                f"{self._path}: more than {_LONGEST_CHAIN} panels and PDUs feed one another in a"
                " chain; draw fewer"
            )

    # ---- values ----------------------------------------------------------------------------------

    @staticmethod
    def _defaults(table: Mapping[str, Any], defaults: Defaults) -> Defaults:
        theirs = (defaults.breaker_a, defaults.limit_percent, defaults.voltage_v)
        values = [_number(table, key) for key in _DEFAULTS]
        figures = [mine if mine is not None else default for mine, default in zip(values, theirs)]
        standard = table.get("standard", defaults.standard)
        return Defaults(figures[0], figures[1] or USUAL_LIMIT_PERCENT, figures[2], standard)

    def _printable(self, place: _TablePosition, key: str, text: str) -> str:
        if not text.isprintable():
            self._fail(place, key, "must be a printable text")
        return text

    def _cord(self, place: _TablePosition, key: str, text: str, pdus: set[str], what: str) -> Cord:
        """The cord that a text names. A PDU's name and an identity may contain slashes."""
        if text.count("/") == 1:
            name, _, outlet = text.partition("/")
            cords = [Cord(name, outlet)] if name in pdus and outlet else []
        else:
            parts = text.split("/")
            split = (("/".join(parts[:n]), "/".join(parts[n:])) for n in range(1, len(parts)))
            cords = [Cord(name, outlet) for name, outlet in split if name in pdus and outlet]
        if not cords:
            self._fail(
                place,
                key,
                f"names {printable(text, 60)!r}, which is {what} of the drawing; correct it or"
                " draw what is missing",
            )
        if len(cords) > 1:
            self._fail(
                place,
                key,
                f"names {printable(text, 60)!r}, which is an outlet of several PDUs; rename one of"
                " them",
            )
        return cords[0]

    # ---- errors ----------------------------------------------------------------------------------

    def _check_by_schema(self) -> None:
        refusal: type[Exception] = _fastjsonschema().JsonSchemaValueException
        try:
            _schema_check(has_details=False)(self._document)
        except refusal:
            try:
                _schema_check(has_details=True)(self._document)
            except refusal as error:
                self._refuse(error)
            raise

    def _refuse(self, error: Any) -> NoReturn:
        """Say which key does not fit the schema, and why. `error`: with its details."""
        steps: list[Any] = [int(step) if step.isdigit() else step for step in error.path[1:]]
        rule, definition = error.rule, error.definition
        is_list = definition.get("type") == "array"
        if rule == "type" and isinstance(steps[-1], int):
            steps.pop()  # an item of another type: the list is wrong
            is_list = True
        place, table = _TablePosition("", 0), self._document
        while len(steps) > 1:
            kind, number, *steps = steps
            inside = place.number if place.kind else None
            place = _TablePosition(f"{place.kind}.{kind}".lstrip("."), number, inside)
            table = table[kind][number]
        key = steps[0] if steps else ""
        if key != "name" and isinstance(table.get("name"), str):
            place = place._replace(name=table["name"])
        if rule in ("required", "additionalProperties"):
            properties = definition["properties"]
            unknown = [key for key in table if key not in properties]
            if unknown:  # rather than what is missing: it may be what is misspelt
                what = f"is unknown; allowed: {', '.join(properties)}"
                self._fail(place, unknown[0], _REFUSED.get(unknown[0], what))
            missing = [key for key in definition["required"] if key not in table]
            self._fail(place, missing[0], "is missing; add it")
        kind = f"{place.kind}.{key}".lstrip(".")
        item = definition.get("items", definition)
        if "$ref" in item or item.get("type") == "object":
            self._fail(place, key, f"must be tables: begin each with [[{kind}]]")
        if (key, rule) == ("cords", "uniqueItems"):
            twice = next(item for item in table[key] if table[key].count(item) > 1)
            self._fail(place, key, _taken_by(printable(twice, 60), place.node))
        requirement = 'a list of texts, such as ["..."]' if is_list else _requirement(definition)
        self._fail(place, key, _RULES.get((key, rule)) or f"must be {requirement}")

    def _line(self, place: _TablePosition, key: str = "") -> Optional[int]:
        if place.kind:
            table = self._lines.table(place.kind, place.number, place.inside)
        else:
            table = 0
        number = self._lines.key(table, key) if key else table
        return number or None

    def _fail(self, place: _TablePosition, key: str, what: str) -> NoReturn:
        line = self._line(place, key)
        place_in_words = f"{place.kind} {printable(place.name, 60)!r}" if place.name else ""
        table = place_in_words or (f"[[{place.kind}]] {place.number + 1}" if place.kind else "")
        parts = (self._path, f"line {line}" if line else "", table)
        raise SettingsError(
            f"{': '.join(filter(None, parts))}: the key {printable(key, 60)!r} {what}"
        )


def _number_of_json(text: str) -> Optional[float]:
    """A number with a point or exponent. JSON, and so the schema, has no `nan`: then None, which is
    of no type that the schema allows, as TOML has no null."""
    number = float(text)
    return None if math.isnan(number) else number


def _number(table: Mapping[str, Any], key: str) -> Optional[float]:
    return float(table[key]) if key in table else None


def _phases(table: Mapping[str, Any]) -> Optional[int]:
    return int(table["phases"]) if "phases" in table else None


def _texts(table: Mapping[str, Any], key: str) -> list[str]:
    return [text.strip() for text in table[key]]


def _requirement(rule: Mapping[str, Any]) -> str:
    """What a value must be, by its schema."""
    if "description" in rule:
        return str(rule["description"])
    return f"a number from {rule['minimum']:g} to {rule['maximum']:g}"


def _taken_by(cord: str, owner: HallNode) -> str:
    return (
        f"names {cord!r}, which already belongs to {_quoted(owner)}; an outlet has one cord:"
        " correct one of them"
    )


def _owner(source: Input) -> str:
    """The feed, UPS, panel or PDU that an input is of."""
    return source.pdu if isinstance(source, Cord) else source.owner or source.name


def _circle(circle: Sequence[HallNode], order: Sequence[HallNode]) -> list[HallNode]:
    """A circle from the one of its nodes that is drawn first, each fed by the next.

    `circle`: as CycleError has it, each feeding the next, the first repeated at the end.
    """
    nodes = [*reversed(circle[1:])]
    first = min(range(len(nodes)), key=lambda place: order.index(nodes[place]))
    return [*nodes[first:], *nodes[: first + 1]]


def _quoted(node: HallNode) -> str:
    return f"{node.kind} {node.name!r}"
