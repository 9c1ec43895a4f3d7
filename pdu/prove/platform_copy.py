"""What a copy of DCImanager's project answers: the conformance suite of a clone, in a process.

The suite is no part of the installed command, so this needs a clone of the project. What it prints
is taken apart here: a line `POINT: ANSWER` for each open question of docs/certain.md, then
`agrees`, `differs` or `not tried` for each archive, with its reasons indented below.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Optional

from handlers import VERSION
from handlers.shared.errors import SettingsError, printable

from .document import BROKEN, KEPT, NOT_TRIED, SIMULATED, UNIT, PlatformPoint, PlatformProof

CLONE = Path(__file__).resolve().parents[2]
_RESULTS = {"agrees": KEPT, "differs": BROKEN, "not tried": NOT_TRIED}
_RESULT = re.compile(f"({'|'.join(_RESULTS)})  (.+)")
_POINT = re.compile(r"([A-Za-z_][\w. ]{0,60}): (.*)")
# an answer of the survey that answers nothing
_NOTHING = ("none found", "no answer")
_LONGEST_S = 1800.0
_LONGEST, _MOST = 500, 2_000
#: what no copy can tell, asked of its owner
ENERGY = "energy of an uploaded handler shows"


def run_suite(folder: str, python: str, adapter: Optional[str]) -> PlatformProof:
    """Run the suite on the copy. Raises SettingsError if it does not run."""
    if not (CLONE / "tests" / "conformance" / "__main__.py").is_file():
        raise SettingsError("pdu prove platform needs a clone of the project: run it there")
    tree = Path(folder).resolve()
    command = [sys.executable, "-m", "tests.conformance", "--platform", str(tree)]
    command += ["--python", python] if python else []
    command += ["--adapter", os.path.abspath(adapter)] if adapter else []
    try:
        suite = subprocess.run(
            command,
            cwd=CLONE,
            capture_output=True,
            check=False,
            timeout=_LONGEST_S,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise SettingsError(f"the suite did not end in {_LONGEST_S / 60:.0f} minutes") from None
    text = suite.stdout.decode("utf-8", "backslashreplace")
    if suite.returncode not in (0, 1) or not any(map(_RESULT.match, text.splitlines())):
        errors = suite.stderr.decode("utf-8", "backslashreplace").strip().splitlines() or [
            "nothing"
        ]
        raise SettingsError(f"the suite did not run: {printable(errors[-1], 300)}")
    suite_points = points(text.replace(str(tree), "DIR").splitlines())
    of_platform = [
        answer for point in suite_points if point.point == "Python" for answer in point.answers
    ]
    return PlatformProof(
        UNIT if is_dcimanager_project(tree) else SIMULATED,
        datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        VERSION,
        of_platform[0] if of_platform else "",
        tuple(suite_points),
    )


def points(lines: Iterable[str]) -> list[PlatformPoint]:
    """The points of what the suite printed, in its order. Its texts are the platform's."""
    survey: dict[str, list[str]] = {}
    tried: list[PlatformPoint] = []
    for line in list(lines)[:_MOST]:
        result, point = _RESULT.fullmatch(line), _POINT.fullmatch(line)
        if result is not None:
            tried.append(PlatformPoint(_short(result[2]), _RESULTS[result[1]], ()))
        elif line.startswith("    ") and tried:
            last = tried[-1]
            tried[-1] = PlatformPoint(last.point, last.verdict, (*last.answers, _short(line)))
        elif point is not None and not tried:
            survey.setdefault(point[1], []).append(_short(point[2]))
    return [
        *(
            PlatformPoint(name, _answered(answers), tuple(answers))
            for name, answers in survey.items()
        ),
        *tried,
    ]


def _answered(answers: Sequence[str]) -> str:
    return NOT_TRIED if all(answer.startswith(_NOTHING) for answer in answers) else KEPT


def _short(text: str) -> str:
    return printable(text.strip(), _LONGEST)


def is_dcimanager_project(tree: Path) -> bool:
    """Whether it can be a copy of DCImanager's project: it has the vendor's own PDU handlers, and
    none of its modules is a double of this project.
    """
    if not (tree / "pdu_common" / "handlers").is_dir():
        return False
    ours = {
        path.read_bytes() for name in ("common", "pdu_common") for path in _modules(CLONE / name)
    }
    return not any(
        path.read_bytes() in ours
        for name in ("common", "pdu_common")
        for path in _modules(tree / name)
    )


def _modules(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.py") if path.is_file() and path.stat().st_size > 0]


def with_energy(proof: PlatformProof, shows: Optional[bool]) -> PlatformProof:
    """The proof with what the owner sees in DCImanager."""
    answers = {None: ("nobody said",), True: ("yes",), False: ("no",)}[shows]
    point = PlatformPoint(ENERGY, NOT_TRIED if shows is None else KEPT, answers)
    return PlatformProof(
        proof.basis, proof.made, proof.version, proof.python, (*proof.points, point)
    )
