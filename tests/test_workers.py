"""Tests in several processes that are forked."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.waiting import PATIENCE_S, until
from tests.workers import Shares


def test_each_test_is_taken_once_in_the_order_of_its_share(tmp_path: Path) -> None:
    chance = random.Random(1)
    for _ in range(100):
        tests, workers = chance.randrange(30), chance.randrange(1, 6)
        shares = Shares(tests, workers, tmp_path / "lock")
        taken: list[int] = []
        while (one := shares.take(chance.randrange(workers))) >= 0:
            taken.append(one)
        assert sorted(taken) == list(range(tests))
    shares = Shares(10, 2, tmp_path / "lock")
    assert [shares.take(0) for _ in range(8)] == [0, 1, 2, 3, 4, 7, 8, 9]
    assert shares.take(0, steal=False) < 0
    shares.clear()
    assert shares.take(1) < 0


def begun(folder: Path, text: str, *arguments: str) -> subprocess.Popen[str]:
    (folder / "test_some.py").write_text(text, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    words = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.workers",
        "-p",
        "no:cacheprovider",
        "--workers",
        "3",
    ]
    return subprocess.Popen(
        [sys.executable, *words, *arguments, str(folder)],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTEST_DEBUG_TEMPROOT": str(folder),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def ran(folder: Path, text: str, *arguments: str) -> tuple[int, str]:
    with begun(folder, text, *arguments) as process:
        said, _ = process.communicate(timeout=PATIENCE_S)
    return process.returncode, said


_MANY = """
import os, pytest

@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("x")

@pytest.mark.parametrize("number", range(40))
def test_many(number, folder, tmp_path, capfd):
    os.write(1, b"%d" % number)
    assert capfd.readouterr().out == str(number)
    (folder / "a").write_text("a")
"""


def test_what_several_processes_find_is_shown_as_one_run(tmp_path: Path) -> None:
    code, said = ran(
        tmp_path,
        _MANY
        + """
import warnings
def test_fails():
    os.write(1, b"what the system wrote")
    print("what Python wrote")
    assert "this" == "that"

@pytest.mark.skip(reason="why not")
def test_skipped(): ...

@pytest.mark.xfail
def test_expected(): assert False

def test_warns():
    warnings.warn(DeprecationWarning("an old way"))
""",
        "-rs",
    )
    assert code == 1 and "1 failed, 41 passed, 1 skipped, 1 xfailed, 1 warning" in said, said
    for words in ("'this' == 'that'", "what the system wrote", "what Python wrote", "why not"):
        assert words in said, said
    assert "an old way" in said and re.search(r"temporary files are in \S+/w-", said)


def test_nothing_is_left_of_a_run_without_failures(tmp_path: Path) -> None:
    code, said = ran(tmp_path, _MANY, "--durations=3")
    assert code == 0 and "40 passed" in said and "slowest 3 durations" in said, said
    assert list(tmp_path.glob("w-*")) == []


def test_a_process_that_dies_fails_the_tests_that_it_had_taken_and_others_run(
    tmp_path: Path,
) -> None:
    text = _MANY + "    if number == 3: os._exit(0)\n"
    code, said = ran(tmp_path, text)
    found = re.findall(r"FAILED test_some.py::test_many\[(\d+)\]", said)
    assert code == 1 and found == ["3", "4"] and "2 failed, 38 passed" in said, said


def test_a_process_that_dies_is_noticed_even_if_it_leaves_one_behind(tmp_path: Path) -> None:
    text = _MANY + "    if number == 3 and os.fork(): os._exit(0)\n"
    text += "    if number == 3:\n        import time; time.sleep(5); os._exit(0)\n"
    code, said = ran(tmp_path, text)
    assert code == 1 and "2 failed, 38 passed" in said, said


def test_the_first_failure_ends_the_run_on_request(tmp_path: Path) -> None:
    text = _MANY + "    assert number\n    import time; time.sleep(0.2)\n"
    code, said = ran(tmp_path, text, "-x")
    assert code == 1 and "1 failed" in said and "stopping after 1 failures" in said, said
    assert "39 passed" not in said


@pytest.mark.parametrize("to_all", [True, False])
def test_an_interrupted_run_ends_its_fixtures_and_processes(tmp_path: Path, to_all: bool) -> None:
    text = f"""
import os, pathlib, time, pytest
here = pathlib.Path({str(tmp_path)!r})

@pytest.fixture(autouse=True, params=range(3))
def made(request):
    made = here / f"made-{{os.getpid()}}"
    made.touch()
    yield
    made.unlink()

def test_waits(): time.sleep({PATIENCE_S if to_all else 2})
"""
    with begun(tmp_path, text) as process:
        assert until(lambda: len(list(tmp_path.glob("made-*"))) == 3)
        pids = [int(path.name.partition("-")[2]) for path in tmp_path.glob("made-*")]
        (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2 and "KeyboardInterrupt" in said, said
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert to_all is False or list(tmp_path.glob("made-*")) == []
