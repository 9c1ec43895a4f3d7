"""Checks a proof that somebody sent: what it says must come out of its recording and its answers,
by the pack of today.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

from ... import VERSION
from ...errors import PduHandlerError, printable
from ..field.patterns import CONTACTS, LOCATIONS, NAMES, SERIALS
from ..field.scrub import Scrubber
from ..pdus import doors, versions
from . import gathering
from .document import SIMULATED, BadProof, Proof, ProvenReading, UnitProof, parsed
from .judging import RECORDED, judged

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


def problems(text: str, today: date) -> list[str]:
    """Why a file cannot be taken as evidence, a sentence each; none if it can."""
    try:
        proof = parsed(text)
    except BadProof as error:
        return [printable(str(error), 300)]
    found = list(_basis(proof, today))
    if isinstance(proof, UnitProof):
        found += _leaks(proof)
        found += disagreements(proof)
    return found


def _basis(proof: Proof, today: date) -> Iterator[str]:
    if proof.basis == SIMULATED:
        yield "it was made with a simulator, so it can never count as evidence"
    try:
        made = date.fromisoformat(proof.made)
    except ValueError:
        yield "its day is not YYYY-MM-DD"
        return
    if made > today + timedelta(days=1):
        yield f"it is of the future: {proof.made}"
    if today - made > timedelta(days=STALE_DAYS):
        yield f"it is older than {STALE_DAYS} days: {proof.made}"
    if versions.order(proof.version) > versions.order(VERSION):
        yield f"it was made by a newer pack ({printable(proof.version, 40)})"


def disagreements(proof: UnitProof) -> list[str]:
    """What the pack of today says otherwise than the file: of its recording, and of its answers."""
    found: list[str] = []
    now = {one.promise: one.verdict for one in judged(proof)}
    said = {one.promise: one.verdict for one in proof.verdicts}
    for promise in now.keys() - said.keys():
        found.append(f"it has no verdict on {promise}")
    for promise, verdict in said.items():
        if promise in now and now[promise] != verdict:
            found.append(f"{promise} is told as {verdict}, and its answers make it {now[promise]}")
    written = next(iter(proof.of(RECORDED)), None)
    kind = doors.recording(proof.handler)
    if not proof.recording or written is None or kind is None:
        found.append("it has no recording that can be replayed")
        return sorted(found)
    try:
        again = gathering.replayed(proof.handler, proof.recording, Scrubber().text, proof.settings)
    except PduHandlerError as error:
        return sorted([*found, f"its recording cannot be replayed: {printable(error.reason, 200)}"])
    found += _differences(written, again)
    return sorted(found)


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
    found: list[str] = []
    for text in _texts(proof):
        masked = _STAND_IN.sub("-", text)
        if scrubber.text(masked) != masked:
            found.append(f"it holds an address: {printable(text, 80)}")
            if len(found) == _SHOWN:
                break
    return found


def _texts(proof: UnitProof) -> Iterator[str]:
    yield from (proof.family, proof.manufacturer, proof.model, proof.firmware, *proof.notes)
    for one in proof.readings:
        yield one.failure
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
