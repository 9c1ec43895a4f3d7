"""The recordings beside the project: walks of real units, and what a right reader makes of them. Test input only."""
from __future__ import annotations

import json
from functools import cache
from typing import Any, Dict, List, Mapping

from handlers.snmp.profiles import PROFILES
from tests.needs import SHARED, shared
from tests.simulators.snmp_agent import Row, read_snmprec

_FAMILIES = {profile.key for profile in PROFILES}


def names() -> List[str]:
    """The recordings of families that are declared; one name that is none where they do not lie beside the project."""
    folder = SHARED / "snmp" / "recordings" / "expected"
    found = [path.stem for path in sorted(folder.glob("*.json"))
             if json.loads(path.read_text("utf-8"))["family"] in _FAMILIES]
    return found or ["none"]


@cache
def rows(name: str) -> Mapping[str, Row]:
    """The objects of a recording; the test is skipped where there is none."""
    return read_snmprec(shared("snmp", "recordings", f"{name}.snmprec").read_text("utf-8", "surrogateescape"))


def expected(name: str) -> Dict[str, Any]:
    """What a right reader returns: by identity in `outlets`, and `device`, `family`, `phantom_rows`."""
    data: Dict[str, Any] = json.loads(shared("snmp", "recordings", "expected", f"{name}.json").read_text("utf-8"))
    return data
