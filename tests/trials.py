"""Runs the trials, the tests that are slow by nature, in shards, and goes on where a run ended.

Each shard is one run of pytest over some test files. What it ended with is kept, by commit, in
`.cache/trials`. A later run of the same commit takes only the files that did not pass, so a run
that was stopped, or that was given `--minutes`, goes on. A tree with changes begins anew.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Optional

from pdu.core.cli import exit_handling
from tests import measured
from tests.needs import ROOT
from tests.waiting import PATIENCE_S

PAGE = ROOT / "docs" / "dev" / "evidence.md"
_RESULTS = ROOT / ".cache" / "trials"
_FILES_OF_A_SHARD = 8
#: A shard takes some minutes on two idle cores.
_SHARD_LIMIT_S = 3600.0
_COLUMNS = ("tests", "passed", "failed", "skipped", "minutes")


@dataclass(frozen=True)
class FileResult:
    """What the trials of one file ended with. `failed` counts errors too; seconds of the tests."""

    file: str
    passed: int
    failed: int
    skipped: int
    seconds: float


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.trials",
        description=__doc__,
        epilog="exit codes: 0 all trials passed; 1 a trial failed; 3 some are left for a next run",
    )
    parser.add_argument("paths", nargs="*", default=["tests"], help="test files and folders")
    parser.add_argument("--workers", default="6", help="processes of pytest-xdist (default: 6)")
    parser.add_argument(
        "--minutes", type=float, default=float("inf"), help="begin no shard after so many minutes"
    )
    parser.add_argument("--anew", action="store_true", help="also files that passed before")
    parser.add_argument(
        "--write",
        action="store_true",
        help="write date, commit and result into docs/dev/evidence.md",
    )
    options = parser.parse_args(arguments)
    commit = measured.commit()
    file = _RESULTS / f"{commit}.jsonl"
    if (options.anew or commit.endswith(measured.CHANGED)) and file.exists():
        file.unlink()
    trials = _files_with_trials(options.paths)
    results = _results_of(file)
    left = [path for path in trials if path not in results or results[path].failed]
    end = time.monotonic() + 60 * options.minutes
    while left and time.monotonic() < end:
        shard, left = left[:_FILES_OF_A_SHARD], left[_FILES_OF_A_SHARD:]
        print(f"== {', '.join(shard)}; {len(left)} files after these", flush=True)
        for result in run_files(shard, options.workers):
            results[result.file] = result
            _RESULTS.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(result)) + "\n")
    return _report(commit, trials, results, left, options.write)


def _files_with_trials(paths: Sequence[str]) -> list[str]:
    """The test files that have trials, in a fixed order."""
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-m", "trial", *paths]
    collection = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=10 * PATIENCE_S
    )
    files = {line.partition("::")[0] for line in collection.stdout.splitlines() if "::" in line}
    if not files:
        raise SystemExit(
            f"no trial was found:\n{collection.stdout[-2000:]}{collection.stderr[-2000:]}"
        )
    return sorted(files)


def _results_of(file: Path) -> dict[str, FileResult]:
    if not file.exists():
        return {}
    rows = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    return {row["file"]: FileResult(**row) for row in rows}


def run_files(files: Sequence[str], workers: str) -> Iterator[FileResult]:
    """Runs the trials of the files; a file without a result, as after a crash, counts as failed."""
    with tempfile.TemporaryDirectory(prefix="trials-") as folder:
        report = Path(folder) / "junit.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-m", "trial", "-n", workers]
        command += ["--dist", "worksteal", f"--junitxml={report}", "-o", "junit_family=xunit1"]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run([*command, *files], cwd=ROOT, timeout=_SHARD_LIMIT_S)
        # pytest of this project wrote it.
        root = ElementTree.parse(report) if report.exists() else None  # noqa: S314
        cases = list(root.iter("testcase")) if root else []
    outcomes: dict[str, Counter[str]] = {file: Counter() for file in files}
    seconds = dict.fromkeys(files, 0.0)
    for case in cases:
        file = case.get("file", "")
        if file in outcomes:
            outcomes[file][_outcome(case)] += 1
            seconds[file] += float(case.get("time", "0"))
    for file, count in outcomes.items():
        failed = count["failed"] + (not count)
        yield FileResult(file, count["passed"], failed, count["skipped"], round(seconds[file], 1))


def _outcome(case: ElementTree.Element) -> str:
    tags = {child.tag for child in case}
    return "failed" if tags & {"failure", "error"} else "skipped" if "skipped" in tags else "passed"


def _report(
    commit: str,
    trials: Sequence[str],
    results: Mapping[str, FileResult],
    left: Sequence[str],
    write: bool,
) -> int:
    results_of_trials = [results[file] for file in trials if file in results]
    passed = sum(result.passed for result in results_of_trials)
    failed = sum(result.failed for result in results_of_trials)
    skipped = sum(result.skipped for result in results_of_trials)
    for result in results_of_trials:
        if result.failed:
            print(f"failed: {result.file}: {result.failed}")
    print(
        f"trials of {commit}: {passed} passed, {failed} failed, {skipped} skipped,"
        f" in {len(results_of_trials)} of {len(trials)} files"
    )
    if write and not left:
        minutes = sum(result.seconds for result in results_of_trials) / 60
        row = (
            str(passed + failed + skipped),
            str(passed),
            str(failed),
            str(skipped),
            f"{minutes:.0f}",
        )
        title = f"`make trials ARGS=--write`, commit {commit}, minutes of all processes together"
        measured.write(PAGE, "trials", title, _COLUMNS, [row])
    if left:
        print(f"{len(left)} files are left: the same command goes on with them")
    return 1 if failed else 3 if left else 0


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
