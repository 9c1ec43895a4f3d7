"""What a trial of machines' cabling has shown, in a file of the owner beside the drawing.

    {"verified": 2, "at": 1764123456.0, "machine": "srv-1", "cords": [
        {"pdu": "left", "outlet": "3", "device": "snmp 192.0.2.7:161", "serial": "QAB123",
         "a": 0.35, "w": 80.0}, ...],
     "silent_s": 3.1, "period_s": 1.0, "shows_s": 1.4, "alive": "ping -c 1 -W 2 {}",
     "witnesses": [["left", "1"], ...]}

A line each, appended. Times are seconds since 1970, or seconds. `a` and `w` are what the cord
carried, null for what is not metered or, of both, for one that did not show a load all the time.
A line counts until another one names its machine or one of its outlets.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import json
import math
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable
from handlers.shared.meter_figures import MeterFigures

from ...core.files.locks import lock
from ...core.files.ownership import raise_if_others_may_write
from .pdu_access import MachineOutlet

#: a day, in s
DAY_S = 86400.0
#: How long evidence counts, in days: a year and a month, as nothing that is read shows an added
#: cord, and no law says when somebody plugs one in.
LONGEST_DAYS = 400.0
# more than this is no file of ours, in bytes
_LONGEST = 50_000_000
# what a line is of; what another version wrote is not believed
_VERSION = 2
# a symbolic link is not followed, and a FIFO holds nobody up; Windows has neither
_SAFE_FLAGS = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)
# A clock that is set back by more than this makes the line one of the future, in s: clocks of two
# computers differ.
_CLOCKS_S = 60.0


class VerifiedCord(NamedTuple):
    """One cord as it was when the machine's cabling was tried."""

    pdu: str
    outlet: str
    #: its PDU by handler and address
    device: str
    #: "" if the PDU tells none
    serial: str
    #: no figure of one that did not show a load all the time: it cannot be watched
    load: MeterFigures

    def __str__(self) -> str:
        return f"{self.pdu}/{self.outlet}"


class MachineEvidence(NamedTuple):
    """That a machine's outlets were its only power."""

    machine: str
    #: in seconds since 1970
    at: float
    cords: Sequence[VerifiedCord]
    #: from the last command until the machine did not answer any more, in s
    silent_s: float = 0.0
    #: how often the slowest meter renews its figures, in s
    period_s: float = 0.0
    #: the longest time that a meter, an inlet's too, needed to show a command, in s
    shows_s: float = 0.0
    #: what asked the machine whether it lives
    alive: str = ""
    #: PDU and outlet of others that showed something when it was off
    witnesses: Sequence[tuple[str, str]] = ()

    @property
    def places(self) -> set[tuple[str, str]]:
        """PDU and outlet of each cord."""
        return {(cord.pdu, cord.outlet) for cord in self.cords}

    @property
    def renewed_s(self) -> float:
        """After so many seconds each of its meters has renewed its figures."""
        return max(self.period_s, self.shows_s)


class CablingEvidence(NamedTuple):
    """What is known of a machine's cabling."""

    evidence: Optional[MachineEvidence]
    #: why there is none; "" if there is
    reason: str = ""


class EvidenceFile(NamedTuple):
    """The file, of which a line counts for LONGEST_DAYS."""

    path: str

    @classmethod
    def of(cls, path: Optional[str], drawing: str) -> EvidenceFile:
        """The file at a path; without one, beside a drawing."""
        return cls(path or evidence_path(drawing))

    def find(
        self, machine: Optional[str], cords: Sequence[MachineOutlet], now: float
    ) -> CablingEvidence:
        """The evidence for the machine of this name with these cords; None: for the outlets
        alone.
        """
        try:
            status = os.lstat(self.path)
            lines = _read_lines(
                self.path,
                (status.st_ino, status.st_mtime_ns, status.st_size, status.st_mode, status.st_uid),
            )
        except FileNotFoundError:
            return CablingEvidence(None, f"its cabling was never tried ({self.path} is missing)")
        except OSError as error:
            return CablingEvidence(None, f"{self.path} cannot be read ({error.strerror})")
        places = {(cord.pdu, cord.outlet) for cord in cords}
        trials = [line for place in places if (line := lines.by_outlet.get(place)) is not None]
        evidence = trials[0] if trials else None
        age_s = 0.0 if evidence is None else now - evidence.at
        if evidence is None:
            damage = f"; {self.path}: line {lines.damaged[0]} is damaged" if lines.damaged else ""
            reason = f"its cabling was never tried{damage}"
        elif any(line.places != places for line in trials):
            other = next(line for line in trials if line.places != places)
            cords_tried = printable(", ".join(map(str, other.cords)), 200)
            reason = f"its cabling was tried with other cords: {cords_tried}"
        elif machine is not None and machine != evidence.machine:
            reason = f"its outlets were tried as those of {printable(evidence.machine, 60)!r}"
        elif lines.by_machine[evidence.machine] is not evidence:
            reason = "its cabling was tried with other cords since"
        elif age_s < -_CLOCKS_S:
            reason = "its cabling was tried in the future: a clock was set"
        elif age_s > LONGEST_DAYS * DAY_S:
            reason = f"its cabling was tried {age_s / DAY_S:.0f} days ago, which is too long"
        else:
            return CablingEvidence(evidence)
        return CablingEvidence(None, reason)

    @contextlib.contextmanager
    def appending(self) -> Iterator[Appender]:
        """Open the file before a trial, so that it does not fail behind it. One trial goes on at a
        time. Raises SettingsError.
        """
        try:
            with _open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT) as file:
                with contextlib.suppress(ModuleNotFoundError):  # Windows has no locks
                    if not lock(file.fileno()):
                        raise SettingsError(f"{self.path}: another trial goes on")
                yield Appender(self.path, file.fileno())
        except OSError as error:
            raise SettingsError(f"{self.path} cannot be written ({error.strerror})") from None


class _EvidenceLines(NamedTuple):
    """What a file of evidence holds."""

    #: PDU and outlet -> the last line that names them
    by_outlet: Mapping[tuple[str, str], MachineEvidence]
    #: machine -> its last line
    by_machine: Mapping[str, MachineEvidence]
    #: the numbers of lines that are damaged
    damaged: Sequence[int]


@contextlib.contextmanager
def _open(path: str, flags: int) -> Iterator[BinaryIO]:
    """Open a file of evidence, which decides about machines. Raises OSError, also for one that
    others may write, and for what is no file.
    """
    with os.fdopen(os.open(path, flags | _SAFE_FLAGS, 0o644), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no file")
        raise_if_others_may_write(status)
        yield file


@functools.lru_cache(maxsize=4)  # a monitor asks for each machine of a hall
def _read_lines(path: str, _version: tuple[int, ...]) -> _EvidenceLines:
    """Raises OSError."""
    with _open(path, os.O_RDONLY) as file:
        text = file.read(_LONGEST).decode("utf-8", "replace")
    damaged_lines: list[int] = []
    by_outlet: dict[tuple[str, str], MachineEvidence] = {}
    by_machine: dict[str, MachineEvidence] = {}
    for number, line in enumerate(text.split("\n"), 1):
        try:
            evidence = _parse_line(json.loads(line)) if line.strip() else None
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            damaged_lines.append(number)
            continue
        if evidence is not None:
            by_outlet.update(dict.fromkeys(evidence.places, evidence))
            by_machine[evidence.machine] = evidence
    return _EvidenceLines(by_outlet, by_machine, damaged_lines)


class Appender(NamedTuple):
    """An open file of evidence."""

    path: str
    descriptor: int

    def append(self, evidence: MachineEvidence) -> None:
        """Write a line to the disk, whole or not at all. Raises SettingsError."""
        data = (json.dumps(evidence_document(evidence)) + "\n").encode()
        length = os.fstat(self.descriptor).st_size
        if length and os.pread(self.descriptor, 1, length - 1) != b"\n":
            data = b"\n" + data  # behind what a full disk has cut
        try:
            if os.write(self.descriptor, data) != len(data):
                raise OSError(0, "the disk is full")
            os.fsync(self.descriptor)
        except OSError as error:
            os.ftruncate(self.descriptor, length)
            raise SettingsError(f"{self.path} cannot be written ({error.strerror})") from None


def evidence_path(drawing: str) -> str:
    """Where the evidence for a drawing is: `hall.power.toml` -> `hall.verified.jsonl`."""
    stem = drawing
    for ending in (".toml", ".power"):
        stem = stem[: -len(ending)] if stem.lower().endswith(ending) else stem
    return f"{stem}.verified.jsonl"


def evidence_document(evidence: MachineEvidence) -> dict[str, Any]:
    """A line of the file."""
    return {
        "verified": _VERSION,
        "at": round(evidence.at, 3),
        "machine": evidence.machine,
        "cords": [
            {
                "pdu": cord.pdu,
                "outlet": cord.outlet,
                "device": cord.device,
                "serial": cord.serial,
                "a": cord.load.current_a,
                "w": cord.load.power_w,
            }
            for cord in evidence.cords
        ],
        "silent_s": round(evidence.silent_s, 1),
        "period_s": round(evidence.period_s, 2),
        "shows_s": round(evidence.shows_s, 2),
        "alive": evidence.alive,
        "witnesses": [list(place) for place in evidence.witnesses],
    }


def _parse_line(line: Mapping[str, Any]) -> MachineEvidence:
    """Raises LookupError, TypeError or ValueError for a line that is not ours."""
    if type(line["verified"]) is not int or line["verified"] != _VERSION:
        raise ValueError(line["verified"])
    cords = [
        VerifiedCord(
            str(cord["pdu"]),
            str(cord["outlet"]),
            str(cord["device"]),
            str(cord["serial"]),
            MeterFigures(_figure(cord["a"]), _figure(cord["w"])),
        )
        for cord in line["cords"]
    ]
    return MachineEvidence(
        str(line["machine"]),
        _number(line["at"]),
        cords,
        _number(line["silent_s"]),
        _number(line["period_s"]),
        _number(line["shows_s"]),
        str(line["alive"]),
        [(str(pdu), str(outlet)) for pdu, outlet in line["witnesses"]],
    )


def _figure(value: Any) -> Optional[float]:
    return None if value is None else _number(value)


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number) or number < 0:
        raise ValueError(value)
    return number
