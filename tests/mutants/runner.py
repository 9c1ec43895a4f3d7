"""Runs the tests of one module once for each of its mutants.

pytest collects the tests once. A child process then runs them all and notes which test ran which
line. Each mutant gets a child of its own: it puts the changed code into the functions of the
imported module, and runs the tests that reach the changed line, the quickest first, until one
fails. So a mutant costs a fork and a few tests. A test that starts a program of its own sees no
mutant.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import time
import types
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Optional, Union

import coverage
import pytest

from tests.mutants.mutations import Mutant, mutants

SURVIVED, KILLED, ENDLESS, UNCHANGED = 0, 1, 2, 3


class Measured(NamedTuple):
    """`reached` has for each module and line the tests that run it, the quickest first; `seconds`
    is what each test takes; `failed` are those that fail without a mutant, which notice none.
    """

    reached: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]
    failed: list[str]


class Survivor(NamedTuple):
    """A mutant that no test notices. `reached` is False if no test runs its line."""

    module: str
    line: int
    key: str
    reached: bool


class Outcome(NamedTuple):
    """Of one module: how many mutants a test killed, or never ended; how many survived; the tests
    that fail without a mutant; seconds.
    """

    module: str
    killed: int
    endless: int
    survived: int
    failed: list[str]
    seconds: float


class Runner:
    """A plugin of pytest in place of its loop. `report` gets each survivor at once, and each module
    when it is done.
    """

    def __init__(
        self,
        root: Path,
        modules: Sequence[str],
        processes: int,
        pick: Callable[[Mutant], bool],
        report: Callable[[Union[Survivor, Outcome]], None],
    ) -> None:
        self.root = root
        self.modules = modules
        self.processes = processes
        self.pick = pick
        self.report = report
        self.codes: list[int] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for module in self.modules:
            importlib.import_module(module[: -len(".py")].replace("/", "."))
        measured = self._measure(session)
        items = {item.nodeid: item for item in session.items}
        for module in self.modules:
            begin = time.monotonic()
            path = self.root / module
            waiting: list[tuple[Mutant, list[pytest.Item], float]] = []
            unreached = 0
            for mutant in filter(self.pick, mutants(path.read_text("utf-8"))):
                tests = measured.reached[module].get(mutant.line, [])
                if tests:
                    limit = 30 + 5 * sum(measured.seconds[test] for test in tests)
                    waiting.append((mutant, [items[test] for test in tests], limit))
                else:
                    unreached += 1
                    self.report(Survivor(module, mutant.line, mutant.key, False))
            self._try_all(module, waiting)
            killed, endless = self.codes.count(KILLED), self.codes.count(ENDLESS)
            survived = unreached + len(self.codes) - killed - endless
            self.codes = []
            seconds = time.monotonic() - begin
            self.report(Outcome(module, killed, endless, survived, measured.failed, seconds))
        return True

    def _measure(self, session: pytest.Session) -> Measured:
        """Runs all tests once without a mutant, in a child."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            seconds: dict[str, float] = {}
            failed = []
            paths = [str(self.root / module) for module in self.modules]
            measured = coverage.Coverage(data_file=None, config_file=False, include=paths)
            measured.start()
            for item, following in zip(session.items, [*session.items[1:], None]):
                measured.switch_context(item.nodeid)
                begin = time.perf_counter()
                if not _passes(item, following):
                    failed.append(item.nodeid)
                seconds[item.nodeid] = time.perf_counter() - begin
            measured.stop()
            data = measured.get_data()
            lines = {
                module: list(data.contexts_by_lineno(path).items())
                for module, path in zip(self.modules, paths)
            }
            with os.fdopen(write, "w") as pipe:
                json.dump([lines, seconds, failed], pipe)
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            said = pipe.read()
        os.waitpid(child, 0)
        lines, seconds, failed = json.loads(said)
        broken = set(failed)
        return Measured(
            {
                module: {
                    line: sorted(
                        (test for test in tests if test and test not in broken),
                        key=lambda test: float(seconds[test]),
                    )
                    for line, tests in of_module
                }
                for module, of_module in lines.items()
            },
            seconds,
            failed,
        )

    def _try_all(self, module: str, waiting: list[tuple[Mutant, list[pytest.Item], float]]) -> None:
        running: dict[int, Mutant] = {}
        for mutant, items, limit in waiting:
            while len(running) >= self.processes:
                self._collect(module, running)
            child = os.fork()
            if child == 0:
                os._exit(_try_one(self.root / module, mutant, items, limit))
            running[child] = mutant
        while running:
            self._collect(module, running)

    def _collect(self, module: str, running: dict[int, Mutant]) -> None:
        child, status = os.waitpid(-1, 0)  # each child has an end of its own, by SIGALRM
        if child in running:
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else KILLED
            if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
                code = ENDLESS
            mutant = running.pop(child)
            self.codes.append(code)
            if code in (SURVIVED, UNCHANGED):
                self.report(Survivor(module, mutant.line, mutant.key, True))


def _try_one(path: Path, mutant: Mutant, items: Iterable[pytest.Item], limit: float) -> int:
    """Ends the process by SIGALRM after `limit` seconds."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limit)
    if not put(path, mutant):
        return UNCHANGED
    for item in items:
        if not _passes(item):
            return KILLED
    return SURVIVED


def put(path: Path, mutant: Mutant) -> bool:
    """Puts the mutant's code into the function, wherever it is referred to. False if there is no
    such function.
    """
    wanted = [
        code
        for code in _codes(compile(mutant.source, str(path), "exec", dont_inherit=True))
        if code.co_firstlineno == mutant.first_line
        and code.co_name == mutant.function.rpartition(".")[2]
    ]
    done = False
    gc.unfreeze()  # the tests' set-up freezes what is there, which hides it from get_objects
    for function in gc.get_objects():
        if isinstance(function, types.FunctionType):
            old = function.__code__
            if old.co_filename == str(path) and old.co_firstlineno == mutant.first_line:
                for code in wanted:
                    if not code.co_freevars:  # it lost its only super(), or use of a closure
                        code = code.replace(co_freevars=old.co_freevars)
                    if code.co_name == old.co_name and code.co_freevars == old.co_freevars:
                        function.__code__ = code
                        done = True
    return done


def _codes(code: types.CodeType) -> list[types.CodeType]:
    inner = [one for one in code.co_consts if isinstance(one, types.CodeType)]
    return [code, *(deeper for one in inner for deeper in _codes(one))]


def _passes(item: pytest.Item, following: Optional[pytest.Item] = None) -> bool:
    """Runs one test, and leaves the fixtures that it shares with `following`."""
    reports = Reports()
    item.config.pluginmanager.register(reports)
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    item.config.pluginmanager.unregister(reports)
    return not reports.failed


class Reports:
    """A plugin of pytest that notes whether a test failed, in its set-up or at its end too."""

    failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed
