"""What build.py and make say about a name or a folder that is none of theirs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.waiting import PATIENCE_S

from .building import build


def test_a_misspelt_handler_and_an_empty_folder_are_named_with_the_next_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for word, text in (
        ("smnp", "there is no handler 'smnp'; did you mean snmp?"),
        (str(tmp_path), "has no Python file: give the folder of a handler"),
    ):
        with pytest.raises(SystemExit) as ended:
            build.main([word])
        assert ended.value.code == 2 and text in capsys.readouterr().err


@pytest.mark.parametrize("target", ["tests", "docs", "packaging", "pdu"])
def test_make_says_that_a_folder_is_no_target(target: str) -> None:
    run = subprocess.run(
        ["make", target], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert run.returncode == 2 and f"there is no target {target}" in run.stderr, run.stderr
