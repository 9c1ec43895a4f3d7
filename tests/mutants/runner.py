"""Runs the tests of one module once for each of its mutants.

pytest collects the tests once. A child process then runs them all and notes which test ran which
line. Each mutant gets a child of its own: it puts the changed code into the functions of the
imported module, and runs the tests that reach the changed line until one fails: first those that
noticed other mutants of the same function, then the quickest. So a mutant costs a fork and a few
tests. A test that starts a program of its own sees no
mutant.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import time
import types
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Optional, Union

import coverage
import pytest

from tests.mutants.mutations import Mutant, mutants

SURVIVED, KILLED, UNCHANGED = 0, 1, 2  # exit codes of the process that tries one mutant
_POLL_S = 0.005


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


class _Try(NamedTuple):
    """A mutant whose tests run in a process of their own until `end`, a monotonic time. That writes
    the name of the test that fails into a pipe, whose other end is `verdict`.
    """

    mutant: Mutant
    end: float
    verdict: int


class Runner:
    """A plugin of pytest in place of its loop. `report` gets each survivor at once, and each module
    when it is done. A mutant is endless if its tests take more than five times as long as without
    it, and `patience` seconds more.
    """

    def __init__(
        self,
        root: Path,
        modules: Sequence[str],
        processes: int,
        pick: Callable[[Mutant], bool],
        report: Callable[[Union[Survivor, Outcome]], None],
        patience: float,
    ) -> None:
        self.root = root
        self.modules = modules
        self.processes = processes
        self.pick = pick
        self.report = report
        self.patience = patience
        self.codes: list[int] = []
        self.endless = 0
        #: first line of a function of the module → test → how many of its mutants it noticed
        self.noticed: defaultdict[int, Counter[str]] = defaultdict(Counter)

    def pytest_sessionstart(self) -> None:
        """Of a test with Hypothesis, one failure is enough, and not its simplest form. It draws the
        same examples in each run, so that a mutant is not noticed by chance. It takes these
        settings when it is collected.
        """
        # 0 ms: it is imported by then, and before pytest it could not be
        from hypothesis import HealthCheck, Phase, settings

        settings.register_profile(
            "first failure",
            deadline=None,
            derandomize=True,
            database=None,
            report_multiple_bugs=False,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=[HealthCheck.too_slow],
        )
        settings.load_profile("first failure")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for module in self.modules:
            importlib.import_module(module[: -len(".py")].replace("/", "."))
        measured = self._measure(session)
        items = {item.nodeid: item for item in session.items}
        gc.collect()
        gc.freeze()  # a child's collections then write to fewer pages that it shares with this one
        for module in self.modules:
            begin = time.monotonic()
            path = self.root / module
            functions = functions_of(path)
            waiting: list[tuple[Mutant, list[pytest.Item], float]] = []
            unreached = 0
            for mutant in filter(self.pick, mutants(path.read_text("utf-8"))):
                tests = measured.reached[module].get(mutant.line, [])
                if tests:
                    limit = self.patience + 5 * sum(measured.seconds[test] for test in tests)
                    waiting.append((mutant, [items[test] for test in tests], limit))
                else:
                    unreached += 1
                    self.report(Survivor(module, mutant.line, mutant.key, False))
            self._try_all(module, functions, waiting)
            killed, endless = self.codes.count(KILLED), self.endless
            survived = unreached + len(self.codes) - killed
            self.codes, self.endless = [], 0
            self.noticed.clear()
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

    def _try_all(
        self,
        module: str,
        functions: Sequence[types.FunctionType],
        waiting: list[tuple[Mutant, list[pytest.Item], float]],
    ) -> None:
        running: dict[int, _Try] = {}
        for mutant, items, limit in waiting:
            while len(running) >= self.processes:
                self._collect(module, running)
            noticed = self.noticed[mutant.first_line]
            ordered = sorted(items, key=lambda item: -noticed[item.nodeid])
            verdict, write = os.pipe()
            child = os.fork()
            if child == 0:
                os._exit(_try_one(functions, mutant, ordered, write))
            os.close(write)
            running[child] = _Try(mutant, time.monotonic() + limit, verdict)
        while running:
            self._collect(module, running)

    def _collect(self, module: str, running: dict[int, _Try]) -> None:
        """Waits until at least one process has ended, or ends those that have no time left.

        This process counts the time: pytest-timeout has SIGALRM and its timer in the other, and a
        mutant may catch any exception.
        """
        child, status = os.waitpid(-1, os.WNOHANG)
        if child in running:
            mutant, _, verdict = running.pop(child)
            with os.fdopen(verdict) as stream:
                test = stream.read()
            if test:
                self.noticed[mutant.first_line][test] += 1
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else KILLED
            self.codes.append(code)
            if code in (SURVIVED, UNCHANGED):
                self.report(Survivor(module, mutant.line, mutant.key, True))
        elif not child:
            time.sleep(_POLL_S)
            now = time.monotonic()
            for late in [child for child, attempt in running.items() if now > attempt.end]:
                os.kill(late, signal.SIGKILL)
                os.waitpid(late, 0)
                os.close(running.pop(late).verdict)
                self.endless += 1


def _try_one(
    functions: Sequence[types.FunctionType],
    mutant: Mutant,
    items: Iterable[pytest.Item],
    verdict: int,
) -> int:
    if not put(functions, mutant):
        return UNCHANGED
    for item in items:
        if not _passes(item):
            os.write(verdict, item.nodeid.encode()[: select.PIPE_BUF])
            return KILLED
    return SURVIVED


def functions_of(path: Path) -> list[types.FunctionType]:
    """All functions of a module that is imported, wherever they are referred to."""
    gc.unfreeze()  # the tests' set-up freezes what is there, which hides it from get_objects
    found = [
        one
        for one in gc.get_objects()
        if isinstance(one, types.FunctionType) and one.__code__.co_filename == str(path)
    ]
    gc.freeze()
    return found


def put(functions: Sequence[types.FunctionType], mutant: Mutant) -> bool:
    """Puts the mutant's code into its function. False if there is no such function."""
    done = False
    for function in functions:
        old = function.__code__
        if old.co_firstlineno == mutant.first_line:
            whole = compile(mutant.source, old.co_filename, "exec", dont_inherit=True)
            for code in _codes(whole):
                if code.co_firstlineno != mutant.first_line or code.co_name != old.co_name:
                    continue
                if not code.co_freevars:  # it lost its only super(), or use of a closure
                    code = code.replace(co_freevars=old.co_freevars)
                if code.co_freevars == old.co_freevars:
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
