"""Checks a proof that somebody sent: what it says must come out of its recording and its answers,
by the pack of today.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

from handlers import VERSION
from handlers.shared.errors import PduHandlerError, printable

from ..core.adapters.private_patterns import CONTACTS, LOCATIONS, NAMES, SERIALS
from ..core.adapters.scrub import Scrubber
from ..core.cli.output import counted
from ..core.inventory import handler_tools, newest_archives
from . import unit_reading
from .document import SIMULATED, BadProof, PlatformProof, Proof, ProvenReading, UnitProof, parsed
from .verdicts import OTHER, PHASES, RECORDED, RESTORED, judged

#: the releases whose `pdu prove` wrote files of this format, besides the pack of today
RELEASES = ("0.3.0", "0.4.0")
#: a proof takes minutes; a guarded outlet is waited for ten more, in s
_LONGEST_S = 86_400.0
#: an older file says too little about units of today, in days
STALE_DAYS = 365
# the stand-ins of `pdu record`: documentation's and benchmarks' addresses, locally administered
# MAC addresses, numbered words
_STAND_IN = re.compile(
    r"""(?ix) (?<![0-9.]) (?: 192\.0\.2 | 198\.51\.100 | 203\.0\.113 | 198\.1[89]\.[0-9]{1,3} )
        \.[0-9]{1,3} (?![0-9.])
    | 2001:db8::[0-9a-f:]*
    | \b 02 (?: [:. -]? [0-9a-f]{2} ){5} \b
    | \b (?: host-[0-9]+\.example | (?:serial|name|contact|location|secret)-[0-9]+ ) \b""",
)
# of an SNMP row: its OID and type; the dots of an OID look like an address
_ROW = re.compile(r"\.?[0-9]+(?:\.[0-9]+)+\|[0-9]+x?\|")
_SHOWN = 5
# what platform.python_version() returns
_PYTHON = re.compile(r"3\.(9|[1-9][0-9])\.[0-9]{1,2}((a|b|rc)[0-9]{1,2})?\+?")
# what `pdu record` may say of a recording besides what it holds
_NOTES = (
    r"The recording may be incomplete: recording ends after [0-9]+ (resources|calls)\.",
    r"The recording leaves out [1-9][0-9]* resources? that could not be read\.",
    r"No power equipment was found, so the recording contains only the service root\.",
    r"dummy-ups reads one device from a file: for dummy-ups, record each with -s device=NAME\.",
    r"The handler reads the scrubbed file differently from the device \(family [a-z0-9-]+\):"
    r" record it again with --keep names or another kind, and remove private data from the file by"
    r" hand\.",
    r"No family is detected: record it again with -s profile=FAMILY if you know its family, or"
    r" start a profile with pdu draft\.",
)
_UNREAD = r"The handler does not read it: .+"
STATES = ("on", "off", "unknown")
NAMES_OF_A_UNIT = ("family", "manufacturer", "model", "firmware")


def problems(text: str, today: date) -> list[str]:
    """Why a file cannot be taken as evidence, a sentence each; none if it can."""
    try:
        proof = parsed(text)
    except BadProof as error:
        return [printable(str(error), 300)]
    sentences = list(_basis(proof, today))
    if isinstance(proof, UnitProof):
        sentences += _leaks(proof)
        sentences += _impossible(proof)
        sentences += disagreements(proof)
        if not sentences:
            sentences += _other_names(proof)
        if not sentences and proof.version == VERSION:
            sentences += _other_words(proof)
            sentences += _other_notes(proof)
    return sentences


def _other_words(proof: UnitProof) -> Iterator[str]:
    """What the pack that made the file cannot have said. A later one may find other words and
    figures.
    """
    for now, written in zip(judged(proof), proof.verdicts):
        if now != written:
            yield f"{written.promise} is told with other words or figures than its answers make"


def _other_names(proof: UnitProof) -> Iterator[str]:
    """What the recording says otherwise of the unit. An older pack may have known less of it."""
    plate = _replayed(proof).plate
    for name in NAMES_OF_A_UNIT:
        recorded, written = (
            unit_reading.scrub_nameplate(getattr(plate, name), plate),
            getattr(proof, name),
        )
        is_less = not written and proof.version != VERSION
        # a family is not scrubbed; older packs did so if a NUT device was called as its driver
        may_be = _may_be(recorded, written) and (name != "family" or proof.version != VERSION)
        if written != recorded and not is_less and not may_be:
            yield f"its recording has the {name} {printable(recorded, 60)!r}, not {written[:60]!r}"


def _may_be(scrubbed: str, text: str) -> bool:
    """Whether `scrubbed` can come of `told`: a recording does not tell what was scrubbed there."""
    if not _STAND_IN.search(scrubbed):
        return False
    pieces = (re.escape(piece) for piece in _STAND_IN.split(scrubbed))
    return re.fullmatch(".+".join(pieces), text) is not None


def _other_notes(proof: UnitProof) -> Iterator[str]:
    """What `pdu record` cannot have said of the recording."""
    kind = handler_tools.recording(proof.handler)
    written = proof.of(RECORDED)[0]
    outlets = counted(len(written.outlets), "outlet")
    family = re.escape(f"It reads as the family {proof.family} with {outlets}, as the device does.")
    forms = [*_NOTES, family, *([_UNREAD] if written.failure_kind else [])]
    for number, note in enumerate(proof.notes):
        if number == 0 and kind is not None and kind.holds is not None:
            is_said = note == kind.holds(proof.recording)
        else:
            is_said = any(re.fullmatch(form, note) for form in forms)
        if not is_said:
            yield f"no recording has the note {printable(note, 80)!r}"


def _replayed(proof: UnitProof) -> unit_reading.Replayed:
    return unit_reading.replayed(proof.handler, proof.recording, Scrubber().text, proof.settings)


def _basis(proof: Proof, today: date) -> Iterator[str]:
    if proof.basis == SIMULATED:
        yield "it was made with a simulator, so it can never count as evidence"
    try:
        day = date.fromisoformat(proof.made)
    except ValueError:
        yield "its day is not YYYY-MM-DD"
        return
    if day > today + timedelta(days=1):
        yield f"it is of the future: {proof.made}"
    if today - day > timedelta(days=STALE_DAYS):
        yield f"it is older than {STALE_DAYS} days: {proof.made}"
    # of a platform, the tests tell it if they ran
    if not (isinstance(proof, PlatformProof) and not proof.python) and not _PYTHON.fullmatch(
        proof.python
    ):
        yield f"there is no Python {printable(proof.python, 40)!r}"
    if proof.version == VERSION or proof.version in RELEASES:
        return
    if newest_archives.version_key(proof.version) > newest_archives.version_key(VERSION):
        yield f"it was made by a newer pack ({printable(proof.version, 40)})"
    else:
        yield f"no release of this pack has the version {printable(proof.version, 40)!r}"


def _impossible(proof: UnitProof) -> Iterator[str]:
    """What `pdu prove` cannot have written, whatever the unit answered."""
    last = 0.0
    for number, reading in enumerate(proof.readings, 1):
        name = f"reading {number}"
        if reading.phase not in (PHASES if reading.handler == proof.handler else (OTHER,)):
            yield f"{name} is of no phase of a proof, or of another handler"
        if reading.phase != RESTORED and reading.at_s < last:
            yield f"{name} is older than the one before"
        last = max(last, reading.at_s)
        if reading.at_s > _LONGEST_S:
            yield f"{name} is later than a proof can last"
        if bool(reading.failure_kind) is not bool(reading.failure):
            yield f"{name} has an error without a reason, or a reason without an error"
        # a power may be negative
        figures = [reading.at_s, float(reading.lines), reading.load_a, reading.energy_kwh]
        for outlet in reading.outlets:
            figures += [outlet.current_a, outlet.energy_kwh]
            if outlet.state not in STATES:
                yield f"{name} has an outlet that is neither on, off nor unknown"
        if any(figure is not None and figure < 0 for figure in figures):
            yield f"{name} has a figure below 0"
    identities = {outlet.identity for reading in proof.readings for outlet in reading.outlets}
    for number, command in enumerate(proof.commands, 1):
        is_neighbour = command.phase == RESTORED and command.outlet in identities
        if command.outlet != proof.outlet and not is_neighbour:
            yield f"command {number} is to another outlet than the one of --outlet"
        is_done = not command.failure_kind
        if (
            command.state not in STATES
            or not 0 <= command.at_s <= _LONGEST_S
            or not 0 <= command.seconds <= _LONGEST_S
            or (is_done and command.seconds == 0)
        ):
            yield f"command {number} has a state or a time that there is not"


def disagreements(proof: UnitProof) -> list[str]:
    """What the pack of today says otherwise than the file: of its recording, and of its answers."""
    sentences: list[str] = []
    now = {verdict.promise: verdict for verdict in judged(proof)}
    verdict_by_promise = {verdict.promise: verdict for verdict in proof.verdicts}
    for promise in now.keys() - verdict_by_promise.keys():
        sentences.append(f"it has no verdict on {promise}")
    for promise, verdict in verdict_by_promise.items():
        if promise in now and now[promise].verdict != verdict.verdict:
            sentences.append(
                f"{promise} is told as {verdict.verdict}, and its answers make it"
                f" {now[promise].verdict}"
            )
    if len(verdict_by_promise) != len(proof.verdicts):
        sentences.append("it has two verdicts on one promise")
    written = next(iter(proof.of(RECORDED)), None)
    kind = handler_tools.recording(proof.handler)
    if not proof.recording or written is None or kind is None:
        sentences.append("it has no recording that can be replayed")
        return sorted(sentences)
    try:
        again = _replayed(proof)
    except PduHandlerError as error:
        return sorted(
            [*sentences, f"its recording cannot be replayed: {printable(error.reason, 200)}"]
        )
    sentences += _differences(written, again.reading)
    return sorted(sentences)


def _differences(written: ProvenReading, again: ProvenReading) -> Iterator[str]:
    """Identities were scrubbed when the file was made, so the order counts."""
    if written.failure_kind != again.failure_kind:
        yield (
            f"its recording reads with the error {again.failure_kind or 'none'}, the file says"
            f" {written.failure_kind or 'none'}"
        )
    if len(written.outlets) != len(again.outlets):
        yield (
            f"its recording has {len(again.outlets)} outlets, the file says {len(written.outlets)}"
        )
        return
    for name in ("load_a", "power_w", "energy_kwh"):
        if getattr(written, name) != getattr(again, name):
            yield f"its recording has another {name} than the file says"
    for was, now in zip(written.outlets, again.outlets):
        if (was.state, was.current_a, was.power_w, was.energy_kwh) != (
            now.state,
            now.current_a,
            now.power_w,
            now.energy_kwh,
        ):
            yield f"its recording has another outlet {printable(was.identity, 40)} than the file"
            return


# ---- scrubbing -----------------------------------------------------------------------------------


def _leaks(proof: UnitProof) -> list[str]:
    """Addresses in the file that no scrubber has replaced."""
    scrubber = Scrubber((SERIALS, NAMES, CONTACTS, LOCATIONS))
    sentences: list[str] = []
    for text in _texts(proof):
        masked = _STAND_IN.sub("-", text)
        if scrubber.text(masked) != masked:
            sentences.append(f"it holds an address: {printable(text, 80)}")
            if len(sentences) == _SHOWN:
                break
    return sentences


def _texts(proof: UnitProof) -> Iterator[str]:
    yield from (proof.family, proof.manufacturer, proof.model, proof.firmware, *proof.notes)
    for reading in proof.readings:
        yield reading.failure
    for command in proof.commands:
        yield command.failure
    # what is no JSON is no recording either, which the replay says
    with suppress(ValueError, RecursionError):
        yield from _strings(json.loads(proof.recording))
        return
    for line in proof.recording.split("\n"):
        yield _ROW.sub("", line)


def _strings(data: object) -> Iterator[str]:
    """The texts of JSON. Names of members are the protocol's, but for addresses among them."""
    if isinstance(data, dict):
        for value in data.values():
            yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)
    elif isinstance(data, str):
        yield data
