"""A simulated PDU as SNMP sees it: rows, and rules for the effects of a SET.

Imports only the standard library, because the same file runs inside the project's agent and, copied
into a folder together with tests/servers/snmpd_backend.py, behind a real Net-SNMP snmpd. Rules are
data, so that both serve the same device.

In rules, values are text ("2", "on"), except `lowest` and `highest`. An OID that ends in `.*` means
a column; in a condition or an effect, it means the object of that column in the row of the SET.
"""

from __future__ import annotations

import bisect
import dataclasses
import functools
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable, NamedTuple, Optional, Union

Arcs = tuple[int, ...]
Value = Union[int, bytes, Arcs]

INTEGER, OCTETS, OID, IP, COUNTER, GAUGE, TICKS, OPAQUE, COUNTER64 = 2, 4, 6, 64, 65, 66, 67, 68, 70
_NUMBERS = (INTEGER, COUNTER, GAUGE, TICKS, COUNTER64)


class Row(NamedTuple):
    """One object: the BER tag of its type (also the number that .snmprec files use),
    and its value.
    """

    tag: int
    value: Value


class Write(NamedTuple):
    """One received SET varbind: OID, BER tag, the value as text, and the answer ("" or an error's
    name).
    """

    oid: str
    tag: int
    value: str
    answer: str


@dataclass(frozen=True)
class When:
    """A condition: the object has one of `values`; with `negate`, it has none of them.

    A missing object has the value "".
    """

    oid: str
    values: tuple[str, ...]
    negate: bool = False


@dataclass(frozen=True)
class Effect:
    """A change of the object `oid`, `after` seconds later: it gets `value`, or the written value
    translated by `mapping`.

    A written value that is not a key of `mapping` changes nothing. With neither value nor mapping,
    the object gets the written value. `written`: only if one of these was written. `source`: an
    object whose value is translated or set in place of the written one. `after_written` adds a
    positive written value to the delay, in seconds. `cancels` first drops pending changes of the
    object. `every`: applies to all rows of the column, not only that of the SET. `when`: only if
    all these conditions hold.
    """

    oid: str
    value: Optional[str] = None
    mapping: Optional[Mapping[str, str]] = None
    written: tuple[str, ...] = ()
    source: str = ""
    after: float = 0.0
    after_written: bool = False
    cancels: bool = False
    every: bool = False
    when: tuple[When, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule for SETs of an object or column. If several match an object, the first that does not
    answer wrongValue applies.

    A SET of the right type is refused with the first of these errors that applies: `refuse`, if it
    is not empty; wrongLength, above `longest` octets; wrongValue, if `allow` is given and lacks the
    value, or if the value is below `lowest` or above `highest`; `otherwise`, unless all conditions
    of `when` hold. If they do not hold and `otherwise` is empty, the SET is acknowledged without
    effect. `ignore`: a SET that is not refused is acknowledged without effect. `keep`: the object
    itself takes the value.
    """

    oid: str
    allow: tuple[str, ...] = ()
    lowest: Optional[int] = None
    highest: Optional[int] = None
    longest: Optional[int] = None
    refuse: str = ""
    ignore: bool = False
    when: tuple[When, ...] = ()
    otherwise: str = ""
    keep: bool = True
    effects: tuple[Effect, ...] = ()


class Device:
    """Rows that change with time and with SETs. Thread-safe."""

    def __init__(
        self,
        rows: Mapping[str, Row],
        rules: Optional[Sequence[Rule]] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`rules` None: every row may be written and keeps the written value."""
        self._rows: dict[Arcs, Row] = {arcs(oid): row for oid, row in rows.items()}
        self._order = sorted(self._rows)
        self._rules = rules
        self._clock = clock
        self._pending: list[tuple[float, int, Arcs, str]] = []
        self._count = 0
        self._lock = threading.RLock()
        self._writes: list[Write] = []

    def on(self, clock: Callable[[], float]) -> Device:
        """A new device with the same rows and rules, whose delays run on `clock` (seconds)."""
        return Device(self.rows(), self._rules, clock)

    def get(self, oid: Arcs) -> Optional[Row]:
        with self._lock:
            self._tick()
            return self._rows.get(oid)

    def next(self, oid: Arcs) -> Optional[tuple[Arcs, Row]]:
        """The first object after `oid`, None at the end."""
        with self._lock:
            self._tick()
            position = bisect.bisect_right(self._order, oid)
            if position == len(self._order):
                return None
            found = self._order[position]
            return found, self._rows[found]

    def write(self, oid: Arcs, tag: int, value: Value) -> str:
        """Executes and logs a SET of one object; returns "" or the name of the error with which it
        is refused.
        """
        with self._lock:
            self._tick()
            answer, rule = self.check(oid, tag, value)
            self.record(oid, tag, value, answer)
            if not answer:
                self._apply(oid, Row(tag, value), rule)
            return answer

    def check(self, oid: Arcs, tag: int, value: Value) -> tuple[str, Optional[Rule]]:
        """The answer that `write` would give, and the rule that applies; None if none does, or if
        every row may be written.
        """
        with self._lock:
            self._tick()
            row = self._rows.get(oid)
            if row is None:
                return "notWritable", None
            has_type = tag == row.tag
            if self._rules is None:
                return "" if has_type else "wrongType", None
            rules = [rule for rule in self._rules if _row_of(rule.oid, oid) is not None]
            if not rules:
                return "notWritable", None
            if not has_type:
                return "wrongType", None
            for rule in rules:
                answer = self._objection(rule, oid, Row(tag, value))
                # another rule for the object may take the value
                if answer != "wrongValue":
                    return answer, rule
            return "wrongValue", None

    def put(self, oid: str, value: str) -> None:
        """Changes a value as a person at the device would; the object must exist."""
        with self._lock:
            self._tick()
            self._store(arcs(oid), value)

    def take(self, oid: str) -> None:
        """Removes an object and its pending changes, as when a unit renumbers a table."""
        with self._lock:
            self._tick()
            self._pending = [entry for entry in self._pending if entry[2] != arcs(oid)]
            del self._rows[arcs(oid)]
            self._order.remove(arcs(oid))

    def text(self, oid: str) -> Optional[str]:
        """The current value as text, None if there is no such object."""
        row = self.get(arcs(oid))
        return None if row is None else as_text(row)

    def rows(self) -> dict[str, Row]:
        """All objects with their current values, in order."""
        with self._lock:
            self._tick()
            return {dotted(oid): self._rows[oid] for oid in self._order}

    def writes(self) -> list[Write]:
        """The logged SET varbinds, oldest first."""
        with self._lock:
            return list(self._writes)

    def record(self, oid: Arcs, tag: int, value: Value, answer: str) -> None:
        """Logs a SET and its answer, without executing it."""
        with self._lock:
            self._writes.append(Write(dotted(oid), tag, as_text(Row(tag, value)), answer))

    @property
    def rules(self) -> Optional[Sequence[Rule]]:
        return self._rules

    def _objection(self, rule: Rule, oid: Arcs, written: Row) -> str:
        """The error with which a rule refuses a SET of the right type, "" for none; see `Rule`."""
        if rule.refuse:
            return rule.refuse
        text = as_text(written)
        if (
            rule.longest is not None
            and len(written.value if isinstance(written.value, bytes) else text) > rule.longest
        ):
            return "wrongLength"
        if rule.allow and text not in rule.allow:
            return "wrongValue"
        if rule.lowest is not None and int(text) < rule.lowest:
            return "wrongValue"
        if rule.highest is not None and int(text) > rule.highest:
            return "wrongValue"
        if rule.otherwise and not self._all_hold(rule.when, _row_of(rule.oid, oid) or ()):
            return rule.otherwise
        return ""

    def _apply(self, oid: Arcs, written: Row, rule: Optional[Rule]) -> None:
        if rule is None:
            self._rows[oid] = written
            return
        row = _row_of(rule.oid, oid) or ()
        if rule.ignore or not self._all_hold(rule.when, row):
            return
        if rule.keep:
            self._rows[oid] = written
        text = as_text(written)
        for effect in rule.effects:
            changed_rows = self._indexes(effect.oid) if effect.every else [row]
            for changed_row in changed_rows:
                self._effect(effect, changed_row, text)

    def _effect(self, effect: Effect, row: Arcs, written: str) -> None:
        is_of_another = effect.written and written not in effect.written
        if is_of_another or not self._all_hold(effect.when, row):
            return
        given = written
        if effect.source:
            source = self._rows.get(_at(effect.source, row))
            if source is None:
                return
            given = as_text(source)
        wanted = effect.value
        if wanted is None:
            wanted = given if effect.mapping is None else effect.mapping.get(given)
        target = _at(effect.oid, row)
        if wanted is None or target not in self._rows:
            return
        if effect.cancels:
            self._pending = [entry for entry in self._pending if entry[2] != target]
        delay = effect.after + (max(0, int(written)) if effect.after_written else 0)
        if delay <= 0:
            self._store(target, wanted)
            return
        self._count += 1
        bisect.insort(self._pending, (self._clock() + delay, self._count, target, wanted))

    def _tick(self) -> None:
        now = self._clock()
        while self._pending and self._pending[0][0] <= now:
            _, _, oid, text = self._pending.pop(0)
            self._store(oid, text)

    def _store(self, oid: Arcs, text: str) -> None:
        tag = self._rows[oid].tag
        self._rows[oid] = Row(tag, from_text(tag, text))

    def _all_hold(self, conditions: Iterable[When], row: Arcs) -> bool:
        for when in conditions:
            found = self._rows.get(_at(when.oid, row))
            if ((as_text(found) if found else "") in when.values) is when.negate:
                return False
        return True

    def _indexes(self, oid: str) -> list[Arcs]:
        column = arcs(oid[:-2])
        return [found[len(column) :] for found in self._order if found[: len(column)] == column]


@functools.lru_cache(maxsize=1 << 15)  # more than the OIDs of all recordings
def arcs(oid: str) -> Arcs:
    return tuple(int(part) for part in oid.strip().strip(".").split("."))


@functools.lru_cache(maxsize=1 << 14)
def dotted(oid: Arcs) -> str:
    return ".".join(map(str, oid))


def as_text(row: Row) -> str:
    """A value as text. Decodes an octet string as UTF-8, or as Latin-1 if it is not UTF-8."""
    value = row.value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple) or row.tag == IP:
        return ".".join(str(number) for number in value)
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def from_text(tag: int, text: str) -> Value:
    if tag in _NUMBERS:
        return int(text)
    if tag == OID:
        return _name(text)
    if tag == IP:
        return bytes(int(part) for part in text.split("."))
    return text.encode("utf-8", "surrogateescape")


def _row_of(pattern: str, oid: Arcs) -> Optional[Arcs]:
    """The row of `oid` in a column, () for an exact match, None if `pattern` does not match."""
    if not pattern.endswith(".*"):
        return () if arcs(pattern) == oid else None
    column = arcs(pattern[:-2])
    row = oid[len(column) :]
    is_in_column = oid[: len(column)] == column and row != ()
    return row if is_in_column else None


def _at(pattern: str, row: Arcs) -> Arcs:
    return arcs(pattern[:-2]) + row if pattern.endswith(".*") else arcs(pattern)


def read_snmprec(text: str) -> dict[str, Row]:
    """Rows of a .snmprec text: lines `OID|tag|value`. Skips empty lines and lines that begin with
    `#`. Raises ValueError with the number of a bad line.

    After the tag, `x` means octets in hexadecimal and `e` octets with backslash escapes; `:` and
    what follows it are ignored.
    """
    rows: dict[str, Row] = {}
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if not line or line.startswith("#"):
            continue
        try:
            oid, kind, value = line.split("|", 2)
            rows[dotted(_name(oid))] = _row(kind.partition(":")[0], value)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
    return rows


def _name(oid: str) -> Arcs:
    found = arcs(oid)
    if len(found) < 2:
        raise ValueError(f"{oid!r} has one arc; an OID has at least two")
    return found


def _row(kind: str, value: str) -> Row:
    tag = int(kind.rstrip("xe"))
    if kind.endswith("x"):
        return Row(tag, bytes.fromhex(value))
    if kind.endswith("e"):
        return Row(tag, value.encode("latin-1").decode("unicode_escape").encode("latin-1"))
    return Row(tag, from_text(tag, value))


def write_snmprec(rows: Mapping[str, Row]) -> str:
    """The rows as .snmprec text, octets in hexadecimal."""
    lines = []
    for oid, row in rows.items():
        if isinstance(row.value, bytes) and row.tag != IP:
            lines.append(f"{oid}|{row.tag}x|{row.value.hex()}")
        else:
            lines.append(f"{oid}|{row.tag}|{as_text(row)}")
    return "\n".join(lines) + "\n"


def rules_as_json(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    return [dataclasses.asdict(rule) for rule in rules]


def rules_from_json(entries: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """Rules from the JSON of `rules_as_json`, which has lists in place of tuples.

    Missing fields have their defaults.
    """
    rules = []
    for entry in entries:
        effects = []
        for effect in entry.get("effects", ()):
            fields = dict(effect)
            fields["written"] = tuple(effect.get("written", ()))
            fields["when"] = _conditions_from_json(effect)
            effects.append(Effect(**fields))
        fields = dict(entry)
        fields["allow"] = tuple(entry.get("allow", ()))
        fields["when"] = _conditions_from_json(entry)
        fields["effects"] = tuple(effects)
        rules.append(Rule(**fields))
    return rules


def _conditions_from_json(entry: Mapping[str, Any]) -> tuple[When, ...]:
    """The conditions of a rule or of an effect."""
    conditions = []
    for condition in entry.get("when", ()):
        fields = dict(condition)
        fields["values"] = tuple(condition["values"])
        conditions.append(When(**fields))
    return tuple(conditions)
