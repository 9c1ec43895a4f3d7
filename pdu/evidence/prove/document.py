"""proof.json: what was asked, what came back, and what it shows. The only module that writes and
reads it.

The file is the JSON of a `UnitProof`, with `"proof": "pdu-proof 1"` before its fields and the
recording as a list of lines, so that its owner can look through it. The verdicts in it are for
people: `evidence.read_proof` writes them anew.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import os
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional, Union

from handlers.shared.errors import SettingsError

from ...core.files.whole_files import PRIVATE, write_whole

FORMAT = "pdu-proof 1"
UNIT, SIMULATED = "unit", "simulated"
KEPT, BROKEN, NOT_TRIED = "kept", "broken", "not tried"
VERDICTS = (KEPT, BROKEN, NOT_TRIED)
# the proof reads once a second, so a proof has a few hundred readings at most
_MOST_READS, _MOST_OUTLETS = 5_000, 10_000
_RECORDING = "recording"
# get_type_hints compiles strings: three quarters of the time of a large proof
_hints = functools.lru_cache(maxsize=None)(typing.get_type_hints)


class BadProof(Exception):
    """A text is not a proof as this module writes it; the message says where."""


@dataclass(frozen=True)
class ProvenOutlet:
    """One outlet in one reading. Its name is left out, because it tells what is plugged in."""

    #: as `pdu status` lists it
    identity: str
    #: as printed on the unit; "" if not known
    number: str
    #: on, off or unknown
    state: str
    #: in A; None if not metered
    current_a: Optional[float]
    #: in W; None if not metered
    power_w: Optional[float]
    #: in kWh; None if not metered
    energy_kwh: Optional[float]


@dataclass(frozen=True)
class ProvenReading:
    """One reading of the unit, as every tool of the pack gets it."""

    #: first, second, recorded, contract, restored
    phase: str
    #: in s since the first reading began
    at_s: float
    #: in A; None if not metered
    load_a: Optional[float]
    #: in W; None if not metered
    power_w: Optional[float]
    #: in kWh; None if not metered
    energy_kwh: Optional[float]
    #: how many lines the inlet has; 0 if the handler does not tell
    lines: int
    #: in the unit's order
    outlets: tuple[ProvenOutlet, ...]
    #: kind and reason of the error with which it ended; "" for none
    failure_kind: str
    failure: str

    def outlet(self, identity: str) -> Optional[ProvenOutlet]:
        """The outlet of this identity, None if it is not listed."""
        return next((outlet for outlet in self.outlets if outlet.identity == identity), None)


@dataclass(frozen=True)
class ProvenCommand:
    """One command to the outlet that was switched."""

    #: the outlet's identity
    outlet: str
    #: whether it was to be on
    on: bool
    #: in s since the first reading began
    at_s: float
    #: how long the call took, in s
    seconds: float
    #: the state that the call returned: on, off or unknown
    state: str
    #: kind and reason of the error with which it ended; "" for none
    failure_kind: str
    failure: str
    #: whether it had no usable answer, and the state was read instead
    unanswered: bool
    #: contract, restored (the last word)
    phase: str


@dataclass(frozen=True)
class OwnerAnswers:
    """What the owner saw on the unit; None for a question that was not answered."""

    #: outlets on the front
    outlets: Optional[int]
    #: the numbers of those that are dark
    dark: Optional[tuple[str, ...]]
    #: the load on the unit's own display, in A
    load_a: Optional[float]
    #: whether the outlet was dark while the unit reported it off
    seen_dark: Optional[bool]


@dataclass(frozen=True)
class PromiseVerdict:
    """What the answers show of one promise."""

    #: its key in `promises.PROMISES`
    promise: str
    #: one of `VERDICTS`
    verdict: str
    #: what was seen, in one sentence
    finding: str
    #: the figures that it rests on, by name
    figures: Mapping[str, float]


@dataclass(frozen=True)
class UnitProof:
    """The content of a file about one unit."""

    #: UNIT or SIMULATED; only the first can count as evidence
    basis: str
    #: the day, YYYY-MM-DD in UTC
    made: str
    #: version of the pack
    version: str
    #: of Python
    python: str
    handler: str
    #: the SNMP family, or the handler's own word; "" if not known
    family: str
    #: as the unit says; "" if it does not
    manufacturer: str
    model: str
    firmware: str
    #: handler settings without which it reads otherwise (`unit_reading.SETTINGS`)
    settings: Mapping[str, str]
    #: the outlet of --outlet; "" for none
    outlet: str
    owner: OwnerAnswers
    readings: tuple[ProvenReading, ...]
    commands: tuple[ProvenCommand, ...]
    verdicts: tuple[PromiseVerdict, ...]
    #: the recording, scrubbed, as `pdu record` writes it; "" if none could be made
    recording: str
    #: why not, and what `pdu record` says of it
    notes: tuple[str, ...]

    def readings_in(self, phase: str) -> list[ProvenReading]:
        """The readings of one phase, in order."""
        return [reading for reading in self.readings if reading.phase == phase]

    def verdict(self, promise: str) -> Optional[PromiseVerdict]:
        """What is said of one promise."""
        return next((verdict for verdict in self.verdicts if verdict.promise == promise), None)


def proof_text(proof: UnitProof) -> str:
    """The file's text."""
    content = dataclasses.asdict(proof)
    document = {"proof": FORMAT, **content, _RECORDING: proof.recording.split("\n")}
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def parsed(text: str) -> UnitProof:
    """A proof from the text of its file. Raises BadProof."""
    try:
        content = json.loads(text, parse_constant=_no_constant)
        if not isinstance(content, dict) or content.pop("proof", None) != FORMAT:
            raise BadProof(f"it does not begin with the format {FORMAT!r}")
        readings = content.get("readings")
        if isinstance(readings, list) and len(readings) > _MOST_READS:
            raise BadProof(f"it has more than {_MOST_READS} readings")
        lines = _value(tuple[str, ...], content.get(_RECORDING), _RECORDING)
        proof: UnitProof = _value(UnitProof, {**content, _RECORDING: "\n".join(lines)}, "content")
    except (ValueError, RecursionError) as error:
        raise BadProof(f"it is not JSON ({error})") from None
    if any(len(reading.outlets) > _MOST_OUTLETS for reading in proof.readings):
        raise BadProof(f"a reading has more than {_MOST_OUTLETS} outlets")
    return proof


def write_new(path: str, text: str) -> None:
    """Create the file whole: it appears when its content is on the disk, or not at all.

    Raises SettingsError, also if the path exists.
    """
    try:
        write_whole(path, text.encode("utf-8"), PRIVATE, replaces=False)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror})") from None


def check_writable(path: str) -> None:
    """Raise SettingsError if `write_new` could not create the file now."""
    if os.path.lexists(path):
        raise SettingsError(f"{path} exists: give another name with -o")
    folder = os.path.dirname(os.path.abspath(path))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingsError(f"{path} cannot be written: the folder cannot be written")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number of JSON")


# ---- from JSON to values -------------------------------------------------------------------------


def _value(kind: Any, data: Any, where: str) -> Any:
    """`data` as a value of the annotation `kind`. Raises BadProof."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is Union:
        return None if data is None else _value(inner[0], data, where)
    if origin is tuple:
        if not isinstance(data, list):
            raise BadProof(f"{where} is not a list")
        return tuple(_value(inner[0], item, f"{where}[{at}]") for at, item in enumerate(data))
    if origin is not None:  # Mapping[str, float]
        if not isinstance(data, dict):
            raise BadProof(f"{where} is not an object")
        return {name: _value(inner[1], item, f"{where}.{name}") for name, item in data.items()}
    if dataclasses.is_dataclass(kind):
        return _dataclass_value(kind, data, where)
    if kind is float and type(data) in (int, float) and math.isfinite(data):
        return float(data)
    if type(data) is not kind:
        raise BadProof(f"{where} is no {kind.__name__}")
    return data


def _dataclass_value(kind: Any, data: Any, where: str) -> Any:
    hints = _hints(kind)
    if not isinstance(data, dict) or set(data) != set(hints):
        raise BadProof(f"{where} does not have exactly the fields {', '.join(hints)}")
    item = kind(
        **{name: _value(hint, data[name], f"{where}.{name}") for name, hint in hints.items()}
    )
    if isinstance(item, PromiseVerdict) and item.verdict not in VERDICTS:
        raise BadProof(f"{where}.verdict is none of {', '.join(VERDICTS)}")
    if isinstance(item, UnitProof) and item.basis not in (UNIT, SIMULATED):
        raise BadProof(f"{where}.basis is neither {UNIT} nor {SIMULATED}")
    return item
