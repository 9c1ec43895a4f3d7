"""`pdu prove platform DIR`: the conformance suite on a copy, in a file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from handlers import registry
from pdu.core.cli import exit_codes
from pdu.prove import acceptance
from pdu.prove.document import (
    BROKEN,
    KEPT,
    NOT_TRIED,
    SIMULATED,
    PlatformPoint,
    PlatformProof,
    parsed,
)
from pdu.prove.platform_copy import CLONE, is_dcimanager_project, points
from tests.pdu.running import run


def test_the_doubles_of_this_project_agree_and_are_marked_as_simulated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "platform.json"
    code, text, said = run(capsys, "prove", "platform", str(CLONE), "-o", str(out), "--json")
    assert code == exit_codes.DONE, said
    proof = parsed(out.read_text())
    assert isinstance(proof, PlatformProof) and proof.basis == SIMULATED
    by_name = {one.point: one for one in proof.points}
    for name in registry.names():
        assert by_name[f"pdu_{name}"].verdict == KEPT
    # the open questions of docs/certain.md
    assert by_name["BasePdu"].answers[0] == "in pdu_common.base_pdu, not abstract"
    assert any("PduPortStatisticView(" in one for one in by_name["pdu_common.helper"].answers)
    assert by_name["energy of an uploaded handler shows"].verdict == NOT_TRIED
    assert json.loads(text)["basis"] == SIMULATED
    assert str(CLONE) not in out.read_text()
    assert "BasePdu" in (tmp_path / "platform.html").read_text()
    assert acceptance.problems(out.read_text(), date.fromisoformat(proof.made)) == [
        "it was made with a simulator, so it can never count as evidence"
    ]


def test_what_the_suite_prints_becomes_points() -> None:
    found = points(
        [
            "Python: 3.9.2",
            "package: requests is not installed",
            "package: pysnmp 4.4",
            "BasePdu: none found",
            "get_logger: <script>\x1b[0m",
            "agrees  pdu_snmp",
            "differs  pdu_nut",
            "    status: another state",
            "not tried  pdu_snmp: port 161",
            "1 agree, 1 differ, 1 not tried",
        ]
    )
    assert found == [
        PlatformPoint("Python", KEPT, ("3.9.2",)),
        PlatformPoint("package", KEPT, ("requests is not installed", "pysnmp 4.4")),
        PlatformPoint("BasePdu", NOT_TRIED, ("none found",)),
        PlatformPoint("get_logger", KEPT, ("<script>\\x1b[0m",)),
        PlatformPoint("pdu_snmp", KEPT, ()),
        PlatformPoint("pdu_nut", BROKEN, ("status: another state",)),
        PlatformPoint("pdu_snmp: port 161", NOT_TRIED, ()),
    ]


def test_a_folder_that_is_no_copy_is_refused_and_leaves_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "platform.json"
    code, _, said = run(capsys, "prove", "platform", str(tmp_path), "-o", str(out))
    assert code == exit_codes.WRONG and "has no folder common" in said and not out.exists()


def test_only_a_tree_with_the_vendors_handlers_and_no_double_is_a_copy(tmp_path: Path) -> None:
    for name in ("common", "pdu_common", "pdu_common/handlers"):
        (tmp_path / name).mkdir()
    (tmp_path / "pdu_common" / "helper.py").write_text("class PduView: ...\n")
    assert is_dcimanager_project(tmp_path)
    (tmp_path / "common" / "misc.py").write_bytes((CLONE / "common" / "misc.py").read_bytes())
    assert not is_dcimanager_project(tmp_path)
    assert not is_dcimanager_project(CLONE)
