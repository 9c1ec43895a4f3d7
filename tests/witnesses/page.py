"""The tables of docs/dev/evidence.md on the recordings of real units.

`python -m tests.witnesses.page` writes them between their markers.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Callable

from handlers.snmp.evidence import EvidenceLevel
from handlers.snmp.profiles import PROFILES
from tests.measured import EVIDENCE
from tests.witnesses import librenms, readings, selection

_WORDS = {"state": "state", "current": "A", "power": "W", "energy": "kWh"}


def families_by_evidence() -> str:
    """How many families have each evidence, by capability."""
    counts = {
        level: [
            sum(getattr(profile.evidence, name) is level for profile in PROFILES) for name in _WORDS
        ]
        for level in reversed(EvidenceLevel)
        if level is not EvidenceLevel.NONE
    }
    rows = ([level.value, *map(str, row)] for level, row in counts.items() if any(row))
    return _markdown(["evidence", *_WORDS.values()], rows)


def recordings_by_family() -> str:
    """The recordings of each family, and what they show."""
    names: dict[str, list[str]] = defaultdict(list)
    shown: dict[str, set[str]] = defaultdict(set)
    for name, reading in readings.expected().items():
        names[reading["family"]].append(name)
        shown[reading["family"]] |= readings.shown(reading)
    rows = (
        [
            f"`{key}`",
            ", ".join(names[key]),
            " ".join(word for name, word in _WORDS.items() if name in shown[key])
            or "that it is told from others",
        ]
        for key in sorted(names)
    )
    return _markdown(["family", "recordings", "what they show"], rows)


def left_out() -> str:
    """How many walks are left out for each reason."""
    reasons = Counter(walk.reason for walk in selection.read_left_out())
    return _markdown(
        ["reason", "walks"], ([reason, str(number)] for reason, number in reasons.most_common())
    )


def differences() -> str:
    """Where LibreNMS has another value, and why."""
    rows = (
        [walk, kind.replace("_", " "), reason]
        for (walk, kind, _), reason in librenms.known_differences().items()
    )
    return _markdown(["recording", "class", "reason"], rows)


PARTS: Mapping[str, Callable[[], str]] = {
    "families-by-evidence": families_by_evidence,
    "recordings-by-family": recordings_by_family,
    "walks-left-out": left_out,
    "librenms-differences": differences,
}


def filled(text: str) -> str:
    """The page with its tables. Raises ValueError unless it has one pair of each marker."""
    for name, part in PARTS.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        pieces = re.split(f"{re.escape(begin)}.*?{re.escape(end)}", text, flags=re.DOTALL)
        if len(pieces) != 2:
            raise ValueError(f"exactly one pair of the markers {begin} and {end} is needed")
        text = f"{begin}\n{part()}\n{end}".join(pieces)
    return text


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


if __name__ == "__main__":
    EVIDENCE.write_text(filled(EVIDENCE.read_text("utf-8")), "utf-8")
    sys.exit(0)
