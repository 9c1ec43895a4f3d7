"""Tables of the families as Markdown, for docs/ and `pdu snmp families --table`.

No archive contains this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from handlers.snmp.controls import Control, Guarded, Verbs, Write
from handlers.snmp.evidence import Evidence, EvidenceLevel, repository
from handlers.snmp.figures import Total
from handlers.snmp.frozen_value import FrozenValue, parts_of
from handlers.snmp.outlets import Outlets
from handlers.snmp.profile import Profile
from handlers.snmp.single_family import Unlock, Unmarked, WritePacked
from handlers.snmp.sources import (
    ByUnit,
    Column,
    EachUnit,
    First,
    NamedRows,
    Number,
    ObjectSource,
    Part,
    Scalar,
    Source,
    Spread,
    Tables,
)
from handlers.snmp.states import State

from .model_names import NAMES, Claim
from .recorded import UNPROVEN, evidence_of, switching_basis

#: What a family may read besides states: the field of `Evidence`, and its column's words.
_METERED = {"current": "A", "power": "W", "energy": "kWh"}


def devices(profiles: Sequence[Profile]) -> str:
    """The supported devices: one short row for each family. A vendor is named in its first row."""
    rows: list[Sequence[str]] = []
    last_vendor = ""
    for profile in _sort_by_vendor(profiles):
        vendor = "" if profile.vendor == last_vendor else profile.vendor
        last_vendor = profile.vendor
        models = ", ".join(profile.models)
        figures = figures_text(evidence_of(profile))
        rows.append([vendor, models, f"`{profile.key}`", _switched(profile), figures])
    return _markdown(["vendor", "models", "family", "switched", "what is read"], rows)


def figures_text(evidence: Evidence) -> str:
    """What is read, first and in bold what the recording of a real unit shows: "**A W** state"."""
    recorded_words: list[str] = []
    other_words: list[str] = []
    for capability, word in {"state": "state", **_METERED}.items():
        level = getattr(evidence, capability)
        if level in (EvidenceLevel.RECORDING, EvidenceLevel.UNIT):
            recorded_words.append(word)
        elif level is not EvidenceLevel.NONE:
            other_words.append(word)
    bold_words = [f"**{' '.join(recorded_words)}**"] if recorded_words else []
    return " ".join([*bold_words, *other_words]) or "–"


def _switched(profile: Profile) -> str:
    """Whether the family's models are switched, and which of them are not."""
    if not profile.is_switched:
        return "no"
    models: list[str] = []
    for name in NAMES:
        if name.key == profile.key and name.switched is Claim.NO:
            models.append(name.pattern.rstrip("*"))
    # AP84xx stands for AP84xxEUx too
    shortest_models = [model for model in models if not _begins_as_another(model, models)]
    proof = "yes" if profile.is_proven else UNPROVEN
    if not shortest_models:
        return proof
    return f"{proof}, not {', '.join(dict.fromkeys(shortest_models))}"


def _begins_as_another(model: str, models: Iterable[str]) -> bool:
    """Whether another of the models is the beginning of this one."""
    return any(model != other and model.startswith(other) for other in models)


def evidence(profiles: Sequence[Profile]) -> str:
    """One row for each family: its MIB, and the evidence for each capability."""
    head = ["family", "MIB", *Evidence.FIELDS, "commands"]
    return _markdown(head, map(_evidence, _sort_by_vendor(profiles)))


def _evidence(profile: Profile) -> Sequence[str]:
    """A row of the table of evidence: the MIB, and the proof of each quantity."""
    mib = profile.mib
    if profile.source.startswith("https:"):
        mib = f"[{mib}]({profile.source})"
    levels: Mapping[str, EvidenceLevel] = vars(evidence_of(profile))
    cells = [f"`{profile.key}`", mib]
    for name in Evidence.FIELDS:
        level = levels[name]
        cells.append("–" if level is EvidenceLevel.NONE else level.value)
    cells.append(commands(profile))
    return cells


def _sort_by_vendor(profiles: Sequence[Profile]) -> Sequence[Profile]:
    return sorted(profiles, key=lambda profile: (profile.vendor.lower(), profile.key))


def commands(profile: Profile) -> str:
    """What the commands rest on, with links to programs; "not switched"."""
    if profile.is_proven and not profile.recording:
        return "public programs: " + ", ".join(map(_linked, profile.programs))
    return switching_basis(profile) or "not switched"


def _linked(program: str) -> str:
    """A program with its link, if it has one."""
    is_link = program.startswith("https://")
    return f"[{repository(program)}]({program})" if is_link else program


def identities(profiles: Sequence[Profile]) -> str:
    """The MIB objects of identities, printed numbers, names and loads. One row for each family with
    outlets; only its first `Outlets` is shown."""
    head = ["family", "identity and state", "number on the unit", "name", "load"]
    with_outlets = [profile for profile in profiles if profile.outlets]
    rows = [_identity(profile, profile.outlets[0]) for profile in with_outlets]
    return _markdown(head, rows)


def _identity(profile: Profile, outlets: Outlets) -> Sequence[str]:
    """A row of the table of identities: what lists, numbers and names outlets; the load."""
    number = _objects(outlets.number) if outlets.number else "last part of the identity"
    return [
        f"`{profile.key}`",
        _objects(outlets.states or outlets.rows),
        number,
        _objects(outlets.name),
        _load(profile.load),
    ]


def contradicting_objects(profiles: Sequence[Profile]) -> str:
    """The objects that can contradict a state or forbid a command.

    One row for each family with states.
    """
    head = ["family", "the state is UNKNOWN by", "a command is refused by", "not read"]
    rows: list[Sequence[str]] = []
    for profile in profiles:
        has_states = any(outlets.states for outlets in profile.outlets)
        if not has_states:
            continue
        doubt_objects = _enumeration(_doubt_objects(profile))
        guard_objects = _enumeration(_guard_objects(profile))
        unread_parts = profile.unread or "–"
        rows.append([f"`{profile.key}`", doubt_objects, guard_objects, unread_parts])
    return _markdown(head, rows)


def _doubt_objects(profile: Profile) -> Iterable[str]:
    """The names of the objects by which a state may be doubted or must be confirmed, without those
    of the state itself.
    """
    for part in parts_of(profile):
        if not isinstance(part, State):
            continue
        tests = [doubt.test for doubt in part.doubts]
        if part.confirm:
            tests.append(part.confirm)
        state_objects = set(object_names(part.source))
        for name in object_names(tuple(tests)):
            if name not in state_objects:
                yield name


def _guard_objects(profile: Profile) -> Iterable[str]:
    """The names of the objects by which a command may be refused."""
    for part in parts_of(profile):
        if isinstance(part, Guarded):
            # of the object of a unit, without the rows that it is for
            test = part.test.source if isinstance(part.test, Part) else part.test
            yield from object_names(test)
        elif isinstance(part, Unmarked):
            yield from object_names(part.marks)


def command_table(profiles: Sequence[Profile]) -> str:
    """The objects that a command writes, with their values. One row for each family that is
    switched.
    """
    head = ["vendor", "family", "to switch on", "to switch off", "before"]
    rows: list[Sequence[str]] = []
    for profile in _sort_by_vendor(profiles):
        controls = [outlets.control for outlets in profile.outlets if outlets.control is not None]
        if not controls:
            continue
        on_phrases: list[str] = []
        off_phrases: list[str] = []
        before_phrases: list[str] = []
        for control in controls:
            on_phrases += _writes(control, on=True)
            off_phrases += _writes(control, on=False)
            before_phrases += _writes_before(control)
        phrases = map(_enumeration, (on_phrases, off_phrases, before_phrases))
        rows.append([profile.vendor, f"`{profile.key}`", *phrases])
    return _markdown(head, rows)


def _writes_before(control: Control) -> Iterable[str]:
    """What a control writes before the command, to unlock the outlet."""
    for part in parts_of(control):
        if isinstance(part, Unlock):
            yield from _assignments(part.at, part.value)


def _writes(control: Control, *, on: bool) -> Iterable[str]:
    """What a control writes to switch an outlet on or off."""
    for part in parts_of(control):
        if isinstance(part, Write):
            yield from _assignments(part.at, part.on if on else part.off)
        elif isinstance(part, Verbs):
            yield from _assignments(part.on if on else part.off, part.value)
        elif isinstance(part, WritePacked):
            state = "on" if on else "off"
            yield from _assignments(part.at, f"the states of all outlets, with this one {state}")


def _assignments(at: Source, value: object) -> Iterable[str]:
    """`object = value` for each object that a command through a source writes."""
    for name in dict.fromkeys(object_names(tuple(_places(at)))):
        yield f"{name} = {value}"


def written_places(control: Control) -> Iterable[ObjectSource]:
    """What a command writes, without what is read to find it, or to forbid the command."""
    for part in parts_of(control):
        if isinstance(part, (Write, WritePacked, Unlock)):
            yield from _places(part.at)
        elif isinstance(part, Verbs):
            yield from _places(part.on)
            yield from _places(part.off)


def _places(at: Source) -> Iterable[ObjectSource]:
    """What a command through a source writes: of a `ByUnit` the column, without those of unit and
    number, which only tell the row."""
    for place in at.written_places():
        yield place.source if isinstance(place, ByUnit) else place


def _enumeration(names: Iterable[str]) -> str:
    """The different names with commas, a dash for none."""
    return ", ".join(dict.fromkeys(names)) or "–"


def _objects(part: object) -> str:
    """The names of the objects that a part reads, with commas."""
    return _enumeration(object_names(part))


def _load(total: Total | None) -> str:
    """The objects of the load in the order in which they are preferred."""
    if total is None:
        return "–"
    choices = [_objects(figure) for figure in total.figures]
    if total.else_outlets:
        choices.append("sum of the outlets")
    return "; else ".join(dict.fromkeys(choices))  # several choices may read the same objects


def object_names(part: object) -> Iterable[str]:
    """MIB names of the objects that a part reads: of a `First` only the first choice, of an
    `EachUnit` only the `source`.

    For a `Number`, "index of" precedes the first name.
    """
    if isinstance(part, Number):
        prefix = "index of "
        for name in object_names(part.over):
            yield f"{prefix}{name}"
            prefix = ""
        return
    name = getattr(part, "object", "")
    if isinstance(name, str) and name:
        yield name
    inner_parts = [part.source] if isinstance(part, EachUnit) else _read_with(part)
    for inner in inner_parts:
        yield from object_names(inner)


class StatusRead(NamedTuple):
    """One read of a status."""

    verb: str  #: GET or walk
    oid: str
    object: str  #: the MIB name
    branch: str  #: the OID of the Spread or Tables, else the object's own


def costly(profiles: Sequence[Profile]) -> str:
    """The families whose first `Outlets` cost more than one read after the first GET of a status,
    with these reads.
    """
    head = ["family", "reads after the first GET", "objects"]
    rows: list[Sequence[str]] = []
    for profile in profiles:
        if not profile.outlets:
            continue
        # outlets are ways to read them, in the order in which they are tried
        reads = status_reads(profile, profile.outlets[0])
        if len(reads) > 1:
            objects = ", ".join(_object_phrases(reads))
            rows.append([f"`{profile.key}`", str(len(reads)), objects])
    return _markdown(head, rows)


def _object_phrases(reads: Sequence[StatusRead]) -> Sequence[str]:
    """Phrases such as "12 GETs below 1.3.6", one for the reads of each object or branch."""
    groups: dict[tuple[str, str], list[StatusRead]] = {}
    for status_read in reads:
        key = (status_read.verb, status_read.object or status_read.branch)
        groups.setdefault(key, []).append(status_read)
    phrases: list[str] = []
    for (verb, name), group in groups.items():
        first_read = group[0]
        if len(group) == 1:
            phrases.append(f"{verb} of {first_read.object or first_read.oid}")
        elif first_read.object:
            phrases.append(f"{len(group)} {verb}s of {name}")
        else:
            phrases.append(f"{len(group)} {verb}s below {name}")
    return phrases


def status_reads(profile: Profile, outlets: Outlets) -> list[StatusRead]:
    """The usual reads of a status after the GET of sysObjectID, each once.

    Of a `First`, only those of its first choice. Of units, their number: a chain lists them, too.
    """
    reads: dict[str, StatusRead] = {}
    unit_count = profile.units.count if profile.units else None
    for part in (outlets.states or outlets.rows, outlets.count, unit_count):
        for status_read in _reads(part):
            reads[status_read.oid] = status_read
    return list(reads.values())


def _reads(part: object) -> Iterable[StatusRead]:
    """The requests by which a part of a profile is read."""
    if isinstance(part, Scalar):
        yield StatusRead(verb="GET", oid=part.oid, object=part.object, branch=part.oid)
    elif isinstance(part, Column):
        yield StatusRead(verb="walk", oid=part.oid, object=part.object, branch=part.oid)
    elif isinstance(part, NamedRows):
        yield StatusRead("walk", part.names, "", part.names)
        yield StatusRead("walk", part.values, part.object, part.values)
    elif isinstance(part, Tables):
        for unit in range(part.first, part.last + 1):
            oid = f"{part.oid}.{unit}.{part.column}"
            yield StatusRead("walk", oid, part.object, part.oid)
    elif isinstance(part, Spread) and part.by_get:
        yield from _reads(part.listed)
        for _, sub in part.numbers():
            oid = f"{part.oid}.{part.index_of(sub)}"
            yield StatusRead("GET", oid, part.object, part.oid)
    elif isinstance(part, Spread):
        yield StatusRead("walk", part.oid, part.object, part.oid)
    else:
        for inner in _read_with(part):
            yield from _reads(inner)


def _read_with(part: object) -> Iterable[object]:
    """The parts that count as read with `part`: all its parts, or the first choice of a `First`. Of
    a `ByUnit` those of a chain: a single unit needs GETs in place of two walks.
    """
    if isinstance(part, First):
        return part.choices[:1]
    if isinstance(part, tuple):
        return part
    if isinstance(part, ByUnit):
        return part.source, part.unit, part.number
    if not isinstance(part, FrozenValue):
        return ()
    return [getattr(part, name) for name in part.FIELDS]


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [_line(head), "|" + "---|" * len(head)]
    for row in rows:
        cells = [cell.replace("|", "\\|") for cell in row]
        lines.append(_line(cells))
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
