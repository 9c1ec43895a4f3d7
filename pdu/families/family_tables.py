"""Tables of the families as Markdown, for docs/devices.md and `pdu snmp families --table`.

No archive contains this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from handlers.snmp.chains import InChain
from handlers.snmp.controls import Control, Verbs, Write
from handlers.snmp.evidence import Evidence, EvidenceLevel
from handlers.snmp.frozen_value import FrozenValue
from handlers.snmp.parts import parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.single_family import Unlock, WritePacked
from handlers.snmp.sources import EachUnit, First, Number, ObjectSource
from handlers.snmp.tables import Source

from .model_names import NAMES, Claim
from .recorded import UNPROVEN, evidence_of

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


def _sort_by_vendor(profiles: Sequence[Profile]) -> Sequence[Profile]:
    return sorted(profiles, key=lambda profile: (profile.vendor.lower(), profile.key))


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
        phrases = map(_alternatives, (on_phrases, off_phrases, before_phrases))
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
    """What a command through a source writes: of a `InChain` the column, without those of unit and
    number, which only tell the row."""
    for place in at.written_places():
        yield place.source if isinstance(place, InChain) else place


def _alternatives(assignments: Iterable[str]) -> str:
    """The different assignments, of which a command writes one; a dash for none."""
    return " or ".join(dict.fromkeys(assignments)) or "–"


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


def _read_with(part: object) -> Iterable[object]:
    """The parts that count as read with `part`: all its parts, or the first choice of a `First`. Of
    a `InChain` those of a chain: a single unit needs GETs in place of two walks.
    """
    if isinstance(part, First):
        return part.choices[:1]
    if isinstance(part, tuple):
        return part
    if isinstance(part, InChain):
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
