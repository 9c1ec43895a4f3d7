"""Tables of the SNMP families as Markdown, for docs/devices.md and `pdu snmp families`. No archive
contains this file.

A family's *control* says what a command writes to switch an outlet: which object of the MIB (`at`),
with one value for on and another for off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Optional, Union

from handlers.snmp.controls import Control, Write
from handlers.snmp.evidence import Evidence, EvidenceLevel
from handlers.snmp.measurements import Measurement
from handlers.snmp.objects import Parts
from handlers.snmp.profile import Profile
from handlers.snmp.states import State, name_of
from handlers.snmp.tables import Source, objects_of

from .model_names import NAMES, Claim
from .recorded import UNPROVEN, evidence_of

#: What a family may read besides states: the field of `Evidence`, and its column's words.
_METERED = {"current": "A", "power": "W", "energy": "kWh"}


def devices(profiles: Sequence[Profile]) -> str:
    """The supported devices: one short row for each family. A vendor is named in its first row.

    | vendor | models | family | switched | what is read |
    |---|---|---|---|---|
    | APC | AP78xx, AP79xx | `apc-rpdu` | yes, not AP78xx | state A W |
    |  | AP84xx, AP86xx, ... | `apc-rpdu2` | yes, not AP84xx, ... | **A W kWh** state |
    """
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
    """What is read of a family, in words: first and in bold what the recording of a real unit
    shows. A dash for nothing.

    >>> figures_text(Evidence(state=EvidenceLevel.MIB, current=EvidenceLevel.RECORDING))
    '**A** state'
    >>> figures_text(Evidence())
    '–'
    """
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
    """Whether the family's models are switched, "yes", "unproven" or "no", and which are not.

    >>> from handlers.snmp.profiles import PROFILE_BY_KEY
    >>> _switched(PROFILE_BY_KEY["apc-rpdu"]), _switched(PROFILE_BY_KEY["apc-ats"])
    ('yes, not AP78xx', 'no')
    """
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
    """Whether another of the models is the beginning of this one.

    >>> models = ["AP84xx", "AP84xxEU"]
    >>> _begins_as_another("AP84xxEU", models), _begins_as_another("AP84xx", models)
    (True, False)
    """
    return any(model != other and model.startswith(other) for other in models)


def _sort_by_vendor(profiles: Sequence[Profile]) -> Sequence[Profile]:
    """The profiles by vendor, whose case does not count, and by key."""
    return sorted(profiles, key=lambda profile: (profile.vendor.lower(), profile.key))


def command_table(profiles: Sequence[Profile]) -> str:
    """A table of the objects that a command writes, with their values: a row for each family that
    is switched. `before`: what unlocks the outlet. "or": tables of which a unit has one.

        | vendor | family | to switch on | to switch off | before |
        |---|---|---|---|---|
        | APC | `apc-rpdu2` | rPDU2OutletSwitchedControlCommand = 1 or ... | ... = 2 or ... | – |
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
    """What a control writes before the command, to unlock the outlet; nothing for most.

    >>> from handlers.snmp.profiles import PROFILE_BY_KEY
    >>> list(_writes_before(PROFILE_BY_KEY["schleifenbauer"].outlets[0].control))
    ['sdbDevOutSwUnlock = 1']
    """
    if isinstance(control, Write) and control.first:
        at, value = control.first
        yield f"{name_of(at)} = {value}"


def _writes(control: Control, *, on: bool) -> Iterable[str]:
    """What a control writes to switch an outlet on or off; several assignments for a family with
    several tables, of which a unit has one.

    >>> from handlers.snmp.profiles import PROFILE_BY_KEY
    >>> for key in ("apc-rpdu2", "eta-rci10", "digipower"):
    ...     list(_writes(PROFILE_BY_KEY[key].outlets[0].control, on=True))
    ['rPDU2OutletSwitchedControlCommand = 1']
    ['loadOutputA = 1', 'loadOutputB = 1']
    ['pduNNOutletStatus = the states of all outlets, with this one on']
    """
    if not isinstance(control, Write):
        state = "on" if on else "off"
        value: object = f"the states of all outlets, with this one {state}"
        yield f"{name_of(control.at)} = {value}"
        return
    at = control.at if on or control.off_at is None else control.off_at
    for name in dict.fromkeys(_names(at)):
        yield f"{name} = {control.on if on else control.off}"


def _names(at: Source) -> Iterable[str]:
    """The MIB's names of the objects that `at` of a control has: of a table that is split into
    several, each of them. An object without a name is called by its OID.

    >>> from handlers.snmp.profiles import PROFILE_BY_KEY
    >>> list(_names(PROFILE_BY_KEY["eta-rci10"].outlets[0].control.at))
    ['loadOutputA', 'loadOutputB']
    """
    written = next(objects_of([at]))
    tables = [table for _, table in written.parts] if isinstance(written, Parts) else [written]
    for table in tables:
        yield table.object or table.oid


def written_objects(control: Control) -> Iterable[Source]:
    """The sources that a command writes: that for on, that for off if it is another one, and what
    unlocks the outlet before. `name_of` has their MIB names.

    >>> from handlers.snmp.profiles import PROFILE_BY_KEY
    >>> control = PROFILE_BY_KEY["eaton-epdu"].outlets[0].control
    >>> [name_of(source) for source in written_objects(control)]
    ['outletControlOnCmd', 'outletControlOffCmd']
    """
    yield control.at
    if isinstance(control, Write):
        if control.off_at is not None:
            yield control.off_at
        if control.first is not None:
            yield control.first[0]


def _alternatives(assignments: Iterable[str]) -> str:
    """The different assignments, of which a command writes one; a dash for none.

    >>> _alternatives(["relay = 1", "outlet = 1", "relay = 1"]), _alternatives([])
    ('relay = 1 or outlet = 1', '–')
    """
    return " or ".join(dict.fromkeys(assignments)) or "–"


Part = Union[State, Measurement, Source]


def object_names(part: Part) -> Iterable[str]:
    """The MIB's names of the objects that a state, a figure or a source is read from: of its values
    first, then of those that scale them, or say that they are not certain now.

    >>> from handlers.snmp.profiles import PROFILE_BY_KEY
    >>> list(object_names(PROFILE_BY_KEY["apc-rpdu2"].outlets[0].states))
    ['rPDU2OutletSwitchedStatusState', 'rPDU2OutletSwitchedStatusCommandPending']
    """
    sources: list[Optional[Source]] = []
    if isinstance(part, (State, Measurement)):
        sources += part.sources()
    else:
        sources.append(part)
    for source in sources:
        name = name_of(source)
        if name:
            yield name


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""A table in Markdown; a bar in a cell is escaped.

    >>> print(_markdown(["vendor", "family"], [["APC", "apc-rpdu2"], ["A|B", "x"]]))
    | vendor | family |
    |---|---|
    | APC | apc-rpdu2 |
    | A\|B | x |
    """
    lines = [_line(head), "|" + "---|" * len(head)]
    for row in rows:
        cells = [cell.replace("|", "\\|") for cell in row]
        lines.append(_line(cells))
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
