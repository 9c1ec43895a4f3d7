"""Set-up that all tests share.

For each peer, such as snmpd, counts the outcomes of the tests that are marked `against` it.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import Counter
from collections.abc import Generator, Iterator, Sequence

import pytest
from hypothesis import HealthCheck, settings

from tests import secrecy

_AGAINST = "against"
# a parameter of at most so many values has a case of each in `make test`
_FEW = 15
# On a busy machine, some examples take longer than Hypothesis' deadline of 200 ms. Without a
# deadline, the check too_slow would still fail a test if the data of its first examples took more
# than 30 s.
# Each run tries other examples, so that many runs try many.
settings.register_profile(
    "patient", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    secrecy.judged(report)
    return report


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
    for item in items:
        for mark in item.iter_markers(_AGAINST):
            item.user_properties.append((_AGAINST, str(mark.args[0])))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = long_ones_first(items, workers)


def trials(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The cases that are trials: all but so many of each function, or of each file, that is marked
    `sample`.

    Those that are no trials are spread evenly over the others. With them, every function has its
    first case in `make test`, and every value of every parameter of at most `_FEW` values has one:
    what a promise is made for is tried before every landing.
    """
    groups: dict[tuple[str, int], list[pytest.Item]] = {}
    functions: dict[str, list[pytest.Item]] = {}
    for item in items:
        mark = item.get_closest_marker("sample")
        if mark is not None:
            function = item.nodeid.partition("[")[0]
            of = function.partition("::")[0] if mark.kwargs.get("of") == "file" else function
            groups.setdefault((of, int(mark.args[0])), []).append(item)
            functions.setdefault(function, []).append(item)
    kept = {
        item.nodeid
        for (_, number_kept), cases in groups.items()
        for number, item in enumerate(cases)
        # the numbers at which number * number_kept / len(cases) reaches the next whole number
        if not number
        or number * number_kept // len(cases) > (number - 1) * number_kept // len(cases)
    }
    for cases in functions.values():
        values = {item.nodeid: _values(item) for item in cases}
        counts = Counter(name for name, _ in {pair for pairs in values.values() for pair in pairs})
        missing = {pair for pairs in values.values() for pair in pairs if counts[pair[0]] <= _FEW}
        missing.difference_update(*(values[item.nodeid] for item in cases if item.nodeid in kept))
        for item in cases:
            if item is cases[0] or values[item.nodeid] & missing:
                kept.add(item.nodeid)
                missing -= values[item.nodeid]
    return [item for cases in groups.values() for item in cases if item.nodeid not in kept]


def _values(item: pytest.Item) -> set[tuple[str, str]]:
    """The name and value of each parameter of a case."""
    call = getattr(item, "callspec", None)
    parameters = {} if call is None else call.params
    return {
        (name, repr(getattr(value, "name", None) or getattr(value, "__name__", None) or value))
        for name, value in parameters.items()
    }


def long_ones_first(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests marked `long` at the beginning of each worker's part: with `--dist worksteal`, that
    is an equal share of the list. One that begins last keeps all other processes waiting.
    """
    longest = [item for item in items if item.get_closest_marker("long")]
    others = [item for item in items if not item.get_closest_marker("long")]
    ordered: list[pytest.Item] = []
    for left in range(workers, 0, -1):
        share = (len(items) - len(ordered)) // left
        begin = min(-(-len(longest) // left), share)
        ordered += longest[:begin] + others[: share - begin]
        del longest[:begin], others[: share - begin]
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
        gc.freeze()
        gc.set_threshold(10_000)
        gc.enable()


def pytest_unconfigure() -> None:
    """Collects garbage once.

    pytest's own garbage collections at the end then skip the objects of the run.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Writes what was skipped, and the counts, below pytest's own summary, which
    names each failure.
    """
    yield
    _write_skips(terminalreporter)
    _write_peers(terminalreporter)


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
