"""`make trials` keeps what passed, goes on with the rest, and says what failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import measured, trials

FILES = ("tests/test_b.py", "tests/test_a.py")
FAILED = trials.FileResult("tests/test_b.py", passed=1, failed=2, skipped=0, seconds=60.0)


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The shards that ran, in a run whose only files are FILES and whose second one fails once."""
    shards: list[list[str]] = []

    def run(files: list[str], workers: str) -> list[trials.FileResult]:
        shards.append(list(files))
        fails = len(shards) == 1
        return [FAILED if fails and file == FAILED.file else passed(file) for file in files]

    monkeypatch.setattr(trials, "_RESULTS", tmp_path)
    monkeypatch.setattr(measured, "commit", lambda: "0123456789")
    monkeypatch.setattr(trials, "_files_with_trials", lambda paths: sorted(FILES))
    monkeypatch.setattr(trials, "run_files", run)
    return shards


def passed(file: str) -> trials.FileResult:
    return trials.FileResult(file, passed=3, failed=0, skipped=1, seconds=60.0)


def test_a_second_run_takes_only_what_did_not_pass(
    runs: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert trials.main([]) == 1
    assert "failed: tests/test_b.py: 2" in capsys.readouterr().out
    assert trials.main([]) == 0
    assert runs == [sorted(FILES), ["tests/test_b.py"]]
    assert "6 passed, 0 failed, 2 skipped, in 2 of 2 files" in capsys.readouterr().out
    assert trials.main(["--anew"]) == 0
    assert runs[2] == sorted(FILES)


def test_a_run_whose_time_is_over_says_what_is_left(
    runs: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert trials.main(["--minutes", "0"]) == 3
    assert runs == [] and "2 files are left" in capsys.readouterr().out


def test_a_whole_run_is_written_into_the_page(
    runs: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- trials:begin -->\n<!-- trials:end -->\nafter\n", "utf-8")
    monkeypatch.setattr(trials, "PAGE", page)
    trials.main(["--write"])
    trials.main(["--write"])
    text = page.read_text("utf-8")
    assert "commit 0123456789" in text and "\n| 8 | 6 | 0 | 2 | 2 |\n" in text


def test_a_file_without_a_result_counts_as_failed() -> None:
    """As after a crash of pytest. This file has no trial, so pytest runs and reports none."""
    name = "tests/test_measured.py"
    (result,) = trials.run_files([name], "0")
    assert (result.file, result.passed, result.failed) == (name, 0, 1)


def test_the_page_has_the_markers() -> None:
    text = trials.PAGE.read_text("utf-8")
    assert text.count("<!-- trials:begin -->") == text.count("<!-- trials:end -->") == 1
