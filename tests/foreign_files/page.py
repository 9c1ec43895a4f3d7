"""The table of docs/dev/evidence.md on the evidence of the families.

`python -m tests.foreign_files.page` writes it between its markers.
"""

from __future__ import annotations

import re
import sys

from handlers.snmp.evidence import EvidenceLevel
from handlers.snmp.profiles import PROFILES
from pdu.families.recorded import evidence_of
from tests.needs import ROOT

EVIDENCE = ROOT / "docs" / "dev" / "evidence.md"
_WORDS = {"state": "state", "current": "A", "power": "W", "energy": "kWh"}
_BEGIN, _END = "<!-- families-by-evidence:begin -->", "<!-- families-by-evidence:end -->"


def families_by_evidence() -> str:
    """How many families have each evidence, by capability."""
    counts = {
        level: [
            sum(getattr(evidence_of(profile), name) is level for profile in PROFILES)
            for name in _WORDS
        ]
        for level in reversed(EvidenceLevel)
        if level is not EvidenceLevel.NONE
    }
    head = ["evidence", *_WORDS.values()]
    rows = [[level.value, *map(str, row)] for level, row in counts.items() if any(row)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def filled(text: str) -> str:
    """The page with its table. Raises ValueError unless it has one pair of the markers."""
    pieces = re.split(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", text, flags=re.DOTALL)
    if len(pieces) != 2:
        raise ValueError(f"exactly one pair of the markers {_BEGIN} and {_END} is needed")
    return f"{_BEGIN}\n{families_by_evidence()}\n{_END}".join(pieces)


if __name__ == "__main__":
    EVIDENCE.write_text(filled(EVIDENCE.read_text("utf-8")), "utf-8")
    sys.exit(0)
