"""`pdu new` in a copy of the tree: the new files work at once, and docs/new-handler.md turns them into a handler for NETIO."""
from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

from handlers.command import root
from handlers.command.new import _family, _handler, _table_of_families
from tests.needs import ROOT

GUIDE = (ROOT / "docs" / "new-handler.md").read_text("utf-8")
_LEFT_OUT = shutil.ignore_patterns(".*", "dist", "build", "*.egg-info")
_MYPY_CACHE = ".mypy_cache"
_SECONDS = 300
pytestmark = pytest.mark.timeout(900)         # some tests run pytest, mypy or the builder several times


@pytest.fixture(name="tree")
def _tree(tmp_path: Path) -> Iterator[Path]:
    """A copy of the project. Its compiled files stay valid, because the copied sources keep their times."""
    shutil.copytree(ROOT, tmp_path / "copy", ignore=_LEFT_OUT, copy_function=_copy)
    yield tmp_path / "copy"


def _copy(source: str, target: str) -> None:
    with contextlib.suppress(FileNotFoundError):        # a compiled file that another process is replacing
        shutil.copy2(source, target)


def run(tree: Path, *arguments: str) -> str:
    """Runs a Python program in that tree, which must succeed; returns its output."""
    done = subprocess.run([sys.executable, *arguments], cwd=tree, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=_SECONDS, env={**os.environ, "PYTHONPATH": str(tree)})
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def refused(tree: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", "handlers", "new", *arguments], cwd=tree, text=True, capture_output=True,
                          timeout=_SECONDS)
    assert done.returncode and "Traceback" not in done.stderr
    return done.stderr


# Tests of the whole source and of every handler; {} stands for the new one.
_OF_ALL = ("tests/test_rooms.py", "tests/handlers/test_registry.py", "tests/packaging/test_pages.py",
           "tests/test_waiting.py::test_every_wait_for_a_process_thread_or_event_has_an_end",
           "tests/test_hostile_text.py::test_an_outlets_name_stays_within_its_cell_json_value_and_metric_label[{}]",
           "tests/benchmarks/test_path_length.py::test_a_status_path_begins_at_the_handler_and_stays_within_the_limits[{}]",
           "tests/faults/test_matrix.py::test_tcp_faults_and_wrong_answers_are_played_or_excluded_with_a_reason[{}]",
           "tests/faults/test_matrix.py::test_every_call_is_right_with_every_fault[{}]")


def test_a_new_handler_passes_tests_at_once_and_is_in_help_build_and_conformance(tree: Path) -> None:
    printed = run(tree, "-m", "handlers", "new", "acme", "--title", "Acme & Sons")
    assert "tests/handlers/acme" in printed and "docs/new-handler.md" in printed
    shown = run(tree, "-m", "pytest", "-q", "-n", "0", "tests/handlers/acme", *(test.format("acme") for test in _OF_ALL))
    assert "passed" in shown
    run(tree, "-m", "ruff", "check")
    assert "acme" in run(tree, "-m", "handlers", "--help")
    run(tree, "packaging/build.py", "--out", "dist")
    assert [path.name for path in sorted((tree / "dist").glob("pdu_acme-*.tar.gz"))]
    assert "acme|Acme & Sons PDUs|custom" in (tree / "dist" / "register.sh").read_text("utf-8")
    assert "agrees" in run(tree, "-m", "tests.conformance", "--platform", str(tree), "acme")


def _blocks() -> Dict[str, str]:
    """File → its whole text, from the guide's blocks below a file's name."""
    found = dict(re.findall(r"(?ms)^`([\w/.]+)`:\n\n```python\n(.*?)^```$", GUIDE))
    assert len(found) == 3
    return found


def _commands(part: str) -> List[str]:
    return [line for block in re.findall(r"(?ms)^```sh\n(.*?)^```$", part) for line in block.splitlines()]


def test_the_guide_makes_a_handler_for_a_device_that_exists(tree: Path) -> None:
    for command in _commands(GUIDE.partition("\n## ")[0]):
        program, *arguments = shlex.split(command, comments=True)
        assert program in (".", "pdu", "python")
        if program != ".":
            run(tree, *(["-m", "handlers"] if program == "pdu" else []), *arguments)
    for file, text in _blocks().items():
        assert (tree / file).is_file()
        (tree / file).write_text(text, "utf-8")
    run(tree, "-m", "pytest", "-q", "-n", "0", "tests/test_rooms.py")
    run(tree, "-m", "ruff", "check")
    for command in _commands(GUIDE.partition("## 5.")[2]):
        if not command.startswith("pdu") and "-m mypy" not in command:      # pdu needs a real device; mypy has its own test
            more = ["--method", "statistic"] if "tests.faults" in command else []           # the template is tried with all calls
            run(tree, *command.split()[1:], *more)


@pytest.mark.parametrize("place", ["packaging/new/tests/simulators/device.py.in", "tests/simulators/netio/device.py"])
def test_the_simulated_device_of_a_new_handler_counts_the_energy_of_each_second(place: str) -> None:
    made: Dict[str, Any] = {}
    exec(_blocks().get(place) or (ROOT / place).read_text("utf-8"), made)
    device = made["Device"](outlets=2, off=(2,))
    for _ in range(3600):
        device.run_for(1 / 3600)
    assert device.books().port_energy_kwh == {"1": pytest.approx(1 + 0.1 * 230 / 1000, abs=0.001), "2": 2.0}


def test_mypy_accepts_a_new_handler_and_the_guides_handler(tree: Path) -> None:
    run(tree, "-m", "handlers", "new", "acme")
    run(tree, "-m", "handlers", "new", "netio")
    for file, text in _blocks().items():
        (tree / file).write_text(text, "utf-8")
    with contextlib.suppress(FileNotFoundError):        # mypy's cache of `make lint` is valid for unchanged files
        shutil.copytree(ROOT / _MYPY_CACHE, tree / _MYPY_CACHE)
    made = [f"{folder}/{name}" for name in ("acme", "netio") for folder in ("handlers", "tests/handlers", "tests/simulators")]
    made += [f"{folder}/{name}.py" for name in ("acme", "netio") for folder in ("tests/peers", "tests/faults/subjects")]
    run(tree, "-m", "mypy", *made)


def test_new_family_passes_the_tests_of_all_families(tree: Path) -> None:
    printed = run(tree, "-m", "handlers", "new", "globex-strip8", "--snmp", "--title", "Globex")
    assert "CONTRIBUTING.md" in printed and "docs/devices.md (changed)" in printed and "docs/snmp.md (changed)" in printed
    # Tests with devices of no family, which must not become devices of the new one.
    unknown = ("tests/handlers/command/field/test_identify.py", "tests/handlers/command/fleet/test_find.py")
    shown = run(tree, "-m", "pytest", "-q", "-n", "0", "tests/handlers/snmp", "tests/packaging/test_pages.py", *unknown,
                "-k", "globex or table or no_family_fits or become_a_list or the_example or bad_setting")
    assert int(re.findall(r"(\d+) passed", shown)[-1]) > 10
    assert "globex-strip8" in (tree / "docs" / "devices.md").read_text("utf-8")
    run(tree, "-m", "ruff", "check", "handlers/snmp/profiles")


@pytest.mark.parametrize("arguments, words", [
    (["nut"], "exists already"), (["../x"], "not a handler's name"), (["Acme"], "not a handler's name"),
    (["class"], "no keyword of Python"), (["common"], "would replace a module of DCImanager"),
    (["http"], "exists already"), (["errors"], "exists already"), (["acme", "--title", "x\"\"\""], "give letters, digits"),
    (["apc-x", "--snmp"], "exists already"), (["acme", "--snmp"], "not a family's key"),
    (["acme", "--tree", "/nonexistent"], "not a copy of this project")])
def test_an_impossible_name_title_or_tree_is_refused_and_nothing_is_written(
        arguments: List[str], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    before = subprocess.run(["git", "status", "--short"], cwd=ROOT, capture_output=True, text=True, timeout=60).stdout
    assert root.run(("new", *arguments)) == 2 and words in capsys.readouterr().err
    assert subprocess.run(["git", "status", "--short"], cwd=ROOT, capture_output=True, text=True, timeout=60).stdout == before


@pytest.mark.parametrize("module", ["handlers/errors.py", "tests/handlers/clocks.py", "tests/simulators/web.py"])
def test_a_name_whose_package_would_hide_a_module_is_refused(module: str, tmp_path: Path,
                                                             capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "packaging" / "new", tmp_path / "packaging" / "new")
    (tmp_path / module).parent.mkdir(parents=True)
    (tmp_path / module).touch()
    before = _files(tmp_path)
    assert root.run(("new", Path(module).stem, "--tree", str(tmp_path))) == 2
    assert f"{module} exists already" in capsys.readouterr().err and _files(tmp_path) == before


def test_a_vendor_whose_name_has_a_word_of_the_example_keeps_it() -> None:
    made = _family(ROOT, "globex-strip8", "ACME Acme")
    text = made[Path("handlers/snmp/profiles/globex.py")]
    assert 'vendor="ACME Acme",' in text and 'mib="GLOBEX-MIB",' in text


def test_no_line_is_too_long_for_ruff_with_the_longest_name_and_title() -> None:
    title, family = 61 * "T", f"{21 * 'v'}-{30 * 'm'}"
    made = {**_handler(ROOT, 31 * "n", title), **_family(ROOT, family, title), **_table_of_families(ROOT, family)}
    assert len(made) > 15
    assert [line for path, text in made.items() if path.suffix == ".py" for line in text.splitlines() if len(line) > 130] == []


def _files(tree: Path) -> Dict[Path, bytes]:
    return {path: path.read_bytes() for path in tree.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def test_a_tree_that_cannot_be_written_is_named_in_one_line_and_stays_as_it_was(tree: Path) -> None:
    folder = tree / "tests" / "handlers" / "acme"
    folder.touch()                                  # root may write to a folder without write permission, but not below a file
    page = tree / "docs" / "snmp.md"
    # readme.py writes docs/devices.md before it fails at this page.
    page.write_text(page.read_text("utf-8").replace("<!-- costly:begin -->", ""), "utf-8")
    before = _files(tree)
    for arguments, words in ((["acme"], f"{folder.relative_to(tree)} cannot be read or written (File exists); nothing was made"),
                             (["globex-strip8", "--snmp"], "packaging/readme.py failed (ValueError: ")):
        said = refused(tree, *arguments)
        assert words in said and "nothing was made" in said and said.count("\n") == 1
        assert _files(tree) == before and not (tree / "handlers" / "acme").exists()
