from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Optional

import pytest

from handlers import registry
from tests.needs import ROOT
from tests.waiting import PATIENCE_S, bounded, start_program, until

from . import small, steps
from .steps import Failed, run_program


def _start(folder: Path, path: Optional[Path] = None) -> subprocess.Popen[str]:
    """Starts the demo in its own process group, as a shell does: Ctrl-C is sent to
    the whole group.

    `path`: a folder for PYTHONPATH.
    """
    return start_program(
        [sys.executable, "-m", "tests.demo"],
        cwd=ROOT,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={
            **os.environ,
            "TMPDIR": str(folder),
            **({"PYTHONPATH": str(path)} if path else {}),
        },
    )


def _running(folder: Path) -> list[str]:
    """Command lines of the demo's processes, found by their TMPDIR because workers are in separate
    sessions. [] without /proc.
    """
    commands = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if (
                fields[0] != "Z"
                and f"TMPDIR={folder}".encode() in (stat.parent / "environ").read_bytes()
            ):
                commands.append((stat.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # the process ended in the meantime, or belongs to another user
    return commands


@pytest.mark.long
@pytest.mark.against("the stand-in for DCImanager")
def test_the_demo_passes_every_step_in_the_small_environment_and_leaves_nothing_running(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    demo = _start(tmp_path, small.blocker(tmp_path_factory.mktemp("small")))
    with demo, bounded(demo):
        out, _ = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 0, out
    assert all(f"pdu_{name}" in out for name in registry.names())
    assert "agrees with the simulated devices" in out
    assert until(lambda: _running(tmp_path) == [])
    assert list(tmp_path.iterdir()) == []


def test_the_small_environment_has_at_most_28_packages_on_a_newer_python() -> None:
    # an older Python needs backports too
    assert len(small.packages()) <= (28 if sys.version_info >= (3, 11) else 32)


def test_an_installation_from_this_clone_does_not_refuse_its_own_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "dcimanager_pdu_handlers.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: dcimanager-pdu-handlers\n")
    (info / "SOURCES.txt").write_text("setup.py\ntests/demo/__main__.py\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests" / "demo").mkdir(parents=True)
    (tmp_path / "tests" / "demo" / "__main__.py").touch()
    text = (small.blocker(tmp_path) / "sitecustomize.py").read_text("utf-8")
    refused = text.partition("REFUSED = ")[2].partition("]")[0]
    assert "'pytest'" in refused
    assert "'tests'" not in refused


@pytest.mark.trial
def test_the_stand_in_the_simulators_and_the_command_need_no_other_package(tmp_path: Path) -> None:
    mains = sorted(path.parent for path in (ROOT / "tests" / "simulators").glob("*/__main__.py"))
    modules = [
        *(".".join(folder.relative_to(ROOT).parts) for folder in mains),
        "tests.demo",
        "tests.dcimanager",
        "pdu",
    ]
    assert "tests.simulators.xerus" in modules
    ended = [
        subprocess.run(
            [sys.executable, "-m", name, "--help"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_S,
            env={**os.environ, "PYTHONPATH": str(small.blocker(tmp_path))},
        )
        for name in modules
    ]
    assert [(process.args[2], process.stderr) for process in ended if process.returncode] == []
    refused = subprocess.run(
        [sys.executable, "-c", "import pytest"],
        capture_output=True,
        timeout=PATIENCE_S,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert refused.returncode != 0


@pytest.mark.parametrize(
    "line, words",
    [
        ("exec sleep 600", "did not end within 0 s"),
        ("echo so far; exit 3", "ended with 3:\nso far"),
    ],
)
def test_a_program_that_fails_or_does_not_end_in_time_is_reported_with_its_output(
    line: str, words: str
) -> None:
    with pytest.raises(Failed, match=words):
        run_program(["sh", "-c", line], {}, 0.0 if "sleep" in line else PATIENCE_S)


def test_output_that_comes_after_the_end_of_its_program_ends_in_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the program started holds its output open, as a slow clean-up does; pytest fails a test
    with an error in a thread.
    """
    monkeypatch.setattr(steps, "_READ_S", 0.01)
    later = "sleep 0.3; for n in 1 2 3 4 5 6 7 8 9; do echo $n; sleep 0.05; done"
    run_program(["sh", "-c", f"({later}) & exit 0"], {})
    assert until(lambda: not _reading())


def _reading() -> list[str]:
    return [thread.name for thread in threading.enumerate() if "(read)" in thread.name]


@pytest.mark.parametrize(
    "step, number, code",
    [("3.", signal.SIGINT, 130), ("5.", signal.SIGTERM, 143)],
)
@pytest.mark.trial
def test_an_interrupted_demo_stops_everything(
    number: signal.Signals, code: int, step: str, tmp_path: Path
) -> None:
    demo = _start(tmp_path)
    assert demo.stdout is not None
    with demo, bounded(demo):
        for line in demo.stdout:
            if line.startswith(step):
                break
        # Before step 5 the PDUs were polled, so worker processes run.
        assert (
            step != "5."
            or not Path("/proc/self").exists()
            or any("child.py" in line for line in _running(tmp_path))
        )
        os.killpg(demo.pid, number)
        # make repeats SIGTERM, and an impatient person presses Ctrl-C again
        demo.send_signal(number)
        output = demo.stdout.read()
        assert demo.wait(PATIENCE_S) == code, output
        assert "Traceback" not in output
        assert until(lambda: _running(tmp_path) == [])
        assert list(tmp_path.iterdir()) == []
