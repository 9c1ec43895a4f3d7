"""`python -m tests.conformance`: its arguments, and one handler on two forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers import registry

from . import __main__ as conformance
from .variants import VARIANTS


def test_the_archives_run_on_the_given_interpreter_whose_path_may_be_relative(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'no such interpreter' >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(conformance, "VARIANTS", VARIANTS[:1])
    assert conformance.main(["--python", "./python", "nut"]) == 1
    assert "no such interpreter" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["nosuch"], ", ".join(registry.names())),
        (["--python", "no/such/python", "nut"], "no/such/python"),
    ],
)
def test_wrong_arguments_are_refused(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        conformance.main(arguments)
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


def test_the_matrix_can_be_run_for_one_handler(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conformance, "VARIANTS", VARIANTS[:2])
    assert conformance.main(["nut"]) == 0
    output = capsys.readouterr().out
    assert "agrees  BasePdu: in pdu_common.base, pdu_nut" in output
    assert "2 agree, 0 differ" in output
