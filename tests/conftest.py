"""Set-up that all tests share.

For each peer, such as snmpd, counts the outcomes of the tests that are marked `against` it.
"""

from __future__ import annotations

import functools
import gc
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Optional

import pytest
from hypothesis import HealthCheck, settings

from tests import secrecy

_AGAINST = "against"
_PROCESSOR = "processor time in seconds"
_BEGIN = pytest.StashKey[float]()
_MOST_DEAR = 20
# On a busy machine, some examples take longer than Hypothesis' deadline of 200 ms. Without a
# deadline, the check too_slow would still fail a test if the data of its first examples took more
# than 30 s.
# Each run tries other examples, so that many runs try many; where CI is set, Hypothesis tries the
# same ones. An example that failed is printed, and the next run tries it first (.hypothesis).
settings.register_profile(
    "patient", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


def pytest_ignore_collect(collection_path: Path) -> Optional[bool]:
    """Leaves out the modules and programs beside the tests: --doctest-modules would import them for
    their examples, and a program begins to work when it is imported.
    """
    name = collection_path.name
    is_beside = name.endswith(".py") and not name.startswith(("test_", "__init__", "conftest"))
    return True if is_beside else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    item.stash[_BEGIN] = _processor_seconds()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    secrecy.judged(report)
    if report.when == "teardown":
        seconds = _processor_seconds() - item.stash[_BEGIN]
        report.user_properties.append((_PROCESSOR, seconds))
    return report


def _processor_seconds() -> float:
    """The processor time of this process and of its children that have ended, in seconds."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def pytest_configure() -> None:
    """Restores the default action of SIGINT, SIGQUIT and SIGHUP, because programs that tests start
    inherit an ignored signal.

    A script's shell starts a background job with SIGINT and SIGQUIT ignored; nohup ignores SIGHUP.
    """
    for number, usual in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGQUIT, signal.SIG_DFL),
        (signal.SIGHUP, signal.SIG_DFL),
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)
    # files that tests write have the modes that they have under the usual umask
    os.umask(0o022)
    os.environ["PDU_LIST"] = ""  # no list of whoever runs the tests
    # programs are tested with the buffers that they have on a user's machine
    os.environ.pop("PYTHONUNBUFFERED", None)
    secrecy.begin()


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Marks the cases that are trials before `-m` chooses among them, and orders those chosen."""
    for item in trials(items):
        item.add_marker("trial")
    yield
    items[:] = longest_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    for item in items:
        for mark in item.iter_markers(_AGAINST):
            item.user_properties.append((_AGAINST, str(mark.args[0])))


def trials(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The cases that are trials: of a function marked `sample(n)`, all but n.

    Raises UsageError if a value of a parameter would be in no quick case although there are n for
    it: whoever reads `sample(n)` takes each value for tried.
    """
    cases_by_function: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sample") is not None:
            cases_by_function.setdefault(item.nodeid.partition("[")[0], []).append(item)
    slow: list[pytest.Item] = []
    for cases in cases_by_function.values():
        mark = cases[0].get_closest_marker("sample")
        assert mark is not None
        count = int(mark.args[0])
        values = [values_of(case) for case in cases]
        quick = quick_numbers(values, count)
        lost = lost_parameters(values, quick, count)
        if lost:
            function = cases[0].nodeid.partition("[")[0]
            raise pytest.UsageError(f"{function}: sample({count}) leaves out values of {lost}")
        slow += [case for number, case in enumerate(cases) if number not in quick]
    return slow


Values = frozenset[tuple[str, int]]


def values_of(case: pytest.Item) -> Values:
    """The parameters of a case, with the id() of their values, which may be unhashable."""
    callspec = getattr(case, "callspec", None)
    parameters = {} if callspec is None else callspec.params
    return frozenset((name, id(value)) for name, value in parameters.items())


def quick_numbers(cases: Sequence[Values], count: int) -> set[int]:
    """The numbers of the cases that `sample(count)` keeps: each time the case with the most values
    that no earlier one has, and of equal ones the first in an order that is evenly spread.

    So no value is left out where the parameters are combined in each way, and `count` is at least
    the number of values of each.
    """
    step = -(-len(cases) // count)
    remaining = sorted(range(len(cases)), key=lambda number: (number % step, number))
    seen: set[tuple[str, int]] = set()
    chosen: set[int] = set()
    while remaining and len(chosen) < count:
        best = max(remaining, key=lambda number: len(cases[number] - seen))
        if cases[best] <= seen:
            seen.clear()  # each value has a case: they come again, in other combinations
            best = remaining[0]
        remaining.remove(best)
        seen |= cases[best]
        chosen.add(best)
    return chosen


def lost_parameters(cases: Sequence[Values], chosen: set[int], count: int) -> list[str]:
    """The parameters of which a value is in none of the chosen cases, although their number is
    enough for all of its values.
    """
    every_value = frozenset().union(*cases)
    kept_values = frozenset().union(*(cases[number] for number in chosen))
    counts = Counter(parameter for parameter, _ in every_value)
    lost = {parameter for parameter, _ in every_value - kept_values}
    return sorted(parameter for parameter in lost if counts[parameter] <= count)


def longest_first(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """The cases with those that are marked `long` at the begin of the equal parts that pytest-xdist
    gives its workers, so that none of them begins when the others have nothing left to do.
    """
    long = [item for item in items if item.get_closest_marker("long") is not None]
    others = (item for item in items if item.get_closest_marker("long") is None)
    ordered: list[pytest.Item] = []
    for number in range(workers):
        first = long[number::workers]
        size = (len(items) - len(ordered)) // (workers - number)
        ordered += [*first, *islice(others, max(0, size - len(first)))]
    return ordered


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collects the tests without garbage collection, and freezes their objects, which live until
    the end of the run.

    With the usual threshold (700 new objects, before Python 3.13), garbage collection took 6 % of
    the tests' processor time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        _compile_mibs_once()
        gc.freeze()
        gc.set_threshold(10_000)
        gc.enable()


def _compile_mibs_once() -> None:
    """Lets pysnmp compile its MIBs once in a process: for each engine it compiles 13 of them twice,
    to see whether they are there and to run them. That is nearly all of an engine's start.
    """
    builder: Any = sys.modules.get("pysnmp.smi.builder")
    if builder is None:
        return
    read = builder.DirMibSource.read

    @functools.cache
    def compiled(folder: str, file: str) -> Any:
        return read(builder.DirMibSource(folder).init(), file)

    def run_path(path: str, names: dict[str, object]) -> None:
        code, _ = compiled(os.path.dirname(path), os.path.basename(path).removesuffix(".py"))
        exec(code, {**names, "__name__": "<run_path>", "__file__": path})

    builder.DirMibSource.read = lambda source, file: compiled(source._srcName, file)
    builder.runpy = SimpleNamespace(run_path=run_path)


def pytest_unconfigure() -> None:
    """Collects garbage once.

    pytest's own garbage collections at the end then skip the objects of the run.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Writes what was skipped, what ran against which peer, and the slowest functions, below
    pytest's own summary, which names each failure.
    """
    yield
    _write_skips(terminalreporter)
    _write_peers(terminalreporter)
    if terminalreporter.config.getoption("numprocesses"):  # as `make test` runs them
        _write_dearest(terminalreporter)


def _write_skips(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each reason, which names what is missing and the command that brings it, with the
    number of tests.
    """
    counts: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        _, _, reason = report.longrepr
        counts[" ".join(reason.removeprefix("Skipped: ").split())] += 1
    if counts:
        terminalreporter.section("what was skipped, and why")
    for reason, count in counts.most_common():
        terminalreporter.write_line(f"{count:>6}  {reason}")


def _write_peers(terminalreporter: pytest.TerminalReporter) -> None:
    outcomes: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, peer in getattr(report, "user_properties", []):
                if name == _AGAINST:
                    outcomes.setdefault(peer, Counter())[outcome] += 1
    if not outcomes:
        return
    terminalreporter.section("what ran against what")
    for peer in sorted(outcomes):
        counts = ", ".join(
            f"{number} {outcome}" for outcome, number in sorted(outcomes[peer].items())
        )
        terminalreporter.write_line(f"{peer}: {counts}")


def _write_dearest(terminalreporter: pytest.TerminalReporter) -> None:
    """The functions whose cases took the most processor time, which wall time does not show on a
    busy machine.
    """
    spent = [
        (report.nodeid, value)
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", [])
        if name == _PROCESSOR
    ]
    terminalreporter.section("the dearest functions, in seconds of the processor, and their cases")
    for line in dearest_lines(spent):
        terminalreporter.write_line(line)


def dearest_lines(spent: Sequence[tuple[str, float]]) -> list[str]:
    """A line for each of the dearest functions, and one for all, from the seconds of each case."""
    seconds_by_function: dict[str, list[float]] = {}
    for case, seconds in spent:
        seconds_by_function.setdefault(case.partition("[")[0], []).append(seconds)
    dearest = sorted(seconds_by_function.items(), key=lambda row: sum(row[1]), reverse=True)
    lines = []
    for function, seconds_of_cases in dearest[:_MOST_DEAR]:
        lines.append(f"{sum(seconds_of_cases):>7.1f} {len(seconds_of_cases):>6}  {function}")
    every = sum(seconds for _, seconds in spent)
    lines.append(f"{every:>7.1f} {len(spent):>6}  all")
    return lines
