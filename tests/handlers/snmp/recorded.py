"""The recordings in shared/snmp: walks of real units, and the readings expected from them.

They are read in place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from handlers.snmp.profiles import PROFILES
from tests.needs import SHARED, shared
from tests.simulators.snmp_agent import Row, read_snmprec

_FAMILIES = {profile.key for profile in PROFILES}


@cache
def names() -> Sequence[str]:
    """Return the names of the recordings whose expected family is in PROFILES.

    Without such recordings: ["none"], and the tests are skipped.
    """
    folder = SHARED / "snmp" / "recordings" / "expected"
    found = [
        path.stem
        for path in sorted(folder.glob("*.json"))
        if json.loads(path.read_text("utf-8"))["family"] in _FAMILIES
    ]
    return found or ["none"]


@cache
def rows(name: str) -> Mapping[str, Row]:
    """Return the objects of a recording. Skips the test where the recording is not available."""
    return read_snmprec(
        shared("snmp", "recordings", f"{name}.snmprec").read_text("utf-8", "surrogateescape")
    )


@cache
def expected(name: str) -> Mapping[str, Any]:
    """Return the readings expected from a recording, with `outlets` by identity.

    Skips the test if the file is missing.
    """
    data: Mapping[str, Any] = json.loads(
        shared("snmp", "recordings", "expected", f"{name}.json").read_text("utf-8")
    )
    return data
