"""How build.py and programs below tests/ start, refuse arguments and end."""
from __future__ import annotations

import argparse
import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import Callable, List

import pytest

from tests.faults.catalogue import FAULTS
from tests.needs import ROOT
from tests.program import STOP_SIGNALS, StopSignals, count
from tests.waiting import PATIENCE_S, bounded, finished

UDP_OR_TCP = {"tests.simulators.snmp_agent": socket.SOCK_DGRAM}
PROGRAMS = {"tests.simulators.xerus": "--https-port", "tests.simulators.nut_server": "--port",
            "tests.simulators.snmp_agent": "--port", "tests.simulators.redfish": "--port", "tests.dcimanager": "--port"}


def refused(module: str, *arguments: str) -> str:
    """The error message of a program that refuses to start, run with `python -m`."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done
    return done.stderr


Refused = Callable[..., str]


@pytest.fixture
def refused_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """As `refused`, for the function `main` of a module, in this process."""
    def run(module: str, *arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", [module, *arguments])
        with pytest.raises(SystemExit) as ended:
            importlib.import_module(module).main()
        shown = capsys.readouterr()
        assert (ended.value.code, shown.out) == (2, "")
        return shown.err
    return run


@pytest.mark.parametrize("module, option", PROGRAMS.items())
def test_a_port_that_is_taken_is_reported_in_one_line(module: str, option: str) -> None:
    with socket.socket(socket.AF_INET, UDP_OR_TCP.get(module, socket.SOCK_STREAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        if taken.type == socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        sentence = refused(module, option, str(port))
    assert sentence == f"cannot start: port {port} is already in use; choose another\n"


@pytest.mark.parametrize("module, option", PROGRAMS.items())
def test_a_number_that_is_not_a_port_is_refused_with_the_range(refused_here: Refused, module: str, option: str) -> None:
    assert "70000 is not from 0 to 65535" in refused_here(f"{module}.__main__", option, "70000")


@pytest.mark.parametrize("module, arguments, words", [
    ("tests.simulators.xerus.__main__", ["--outlets", "300"], "300"),
    ("tests.simulators.xerus.__main__", ["--links", "-1"], "below 0"),
    ("tests.simulators.xerus.__main__", ["--links", "8"], "up to 7"),
    ("tests.simulators.xerus.__main__", ["--links", "1", "--firmware", "3.3"], "3.6 or later"),
    ("tests.simulators.xerus.__main__", ["--ca-file", "/nonexistent/ca.pem"], "/nonexistent"),
    ("tests.simulators.snmp_agent.__main__", ["--late", "-1"], "-1 is not from"),
    ("tests.simulators.snmp_agent.__main__", ["--late", "soon"], "'soon' is not a number of seconds"),
    ("tests.simulators.snmp_agent.__main__", ["--port", "1.5"], "'1.5' is not a whole number"),
    ("tests.dcimanager.__main__", ["--busy", "-1"], "below 0"),
    ("tests.faults.__main__", ["snmp", "--fault", "closed"], "snmp, closed: not over UDP"),
    ("tests.faults.__main__", ["--processes", "0"], "below 1"), ("tests.demo.__main__", ["--nosuch"], "--nosuch")])
def test_an_impossible_argument_is_refused_with_its_reason(refused_here: Refused, module: str, arguments: List[str],
                                                           words: str) -> None:
    assert words in refused_here(module, *arguments)


@pytest.mark.parametrize("module, arguments, words", [
    ("tests.benchmarks.bench_nut", ["--runs", "0"], "below 1"), ("tests.faults.soak", ["--hours", "0"], "below 1"),
    ("tests.fuzz", ["--seconds", "0.5"], "0.5 is not")])
def test_a_program_with_an_impossible_argument_prints_no_traceback(module: str, arguments: List[str], words: str) -> None:
    sentence = refused(module, *arguments)
    assert words in sentence and "Traceback" not in sentence


def test_a_number_that_is_too_large_is_refused_with_the_range() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=f"^{10**20} is not from 0 to {sys.maxsize}$"):
        count(str(10**20))


def test_the_demos_help_runs_nothing() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.demo", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == 0 and "exit code" in done.stdout and "1. simulated" not in done.stdout


def test_the_help_of_the_fault_matrix_explains_each_fault() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.faults", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == 0 and all(fault.about in done.stdout for fault in FAULTS)


@pytest.mark.parametrize("command", [["packaging/build.py", "--help"], ["packaging/build.py", "nut", "--out"],
                                     ["-m", "tests.conformance", "nut"], ["-m", "tests.faults", "nut", "--fault", "closed"],
                                     ["-m", "tests.dcimanager"]])
def test_a_broken_pipe_ends_a_program_quietly(command: List[str], tmp_path: object) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run([sys.executable, *command, *([str(tmp_path)] if command[-1] == "--out" else [])], cwd=ROOT,
                              stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
    finally:
        os.close(writer)
    assert done.stderr == b"" and done.returncode in ((0, 141) if command[-1] == "--help" else (141,))


@pytest.mark.parametrize("module, argument", [
    ("tests.demo", "--help"), ("tests.conformance", "--help"), ("tests.dcimanager", "--help"),
    ("tests.simulators.xerus", "--help"), ("tests.benchmarks.bench_nut", "--help"), ("tests.faults", "nut")])
def test_without_the_environment_the_command_that_makes_it_is_named(module: str, argument: str) -> None:
    bare = [sys.executable, "-S", "-E", "-m", module, argument]         # -S hides the installed packages
    done = subprocess.run(bare, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "is missing: make env" in done.stderr


def test_ctrl_c_prints_only_interrupted_on_standard_error() -> None:
    checking = subprocess.Popen([sys.executable, "-m", "tests.conformance", "nut"], cwd=ROOT, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with checking, bounded(checking):
        assert checking.stdout is not None and checking.stdout.readline().startswith("agrees")
        checking.send_signal(signal.SIGINT)
        assert checking.communicate(timeout=PATIENCE_S)[1] == "interrupted\n" and checking.returncode == 130


def test_signals_are_caught_until_the_end_of_the_context() -> None:
    before = [signal.getsignal(number) for number in STOP_SIGNALS]
    with StopSignals() as signals:
        for number in STOP_SIGNALS:
            waiting = threading.Thread(target=signals.wait, daemon=True)
            waiting.start()
            os.kill(os.getpid(), number)
            finished(waiting)
    assert [signal.getsignal(number) for number in STOP_SIGNALS] == before and signal.set_wakeup_fd(-1) == -1
