"""Runs archives on many plausible forms of the platform, or in a copy of the real one."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from pdu.cli import exit_handling
from pdu.cli.exit_codes import NOT_SEEN
from pdu.loading import handler_archives
from tests.needs import ROOT
from tests.packaging.building import archive
from tests.servers import peers
from tests.servers.peers import Peer

from . import baseline, trial
from .anonymous import anonymous
from .survey import END
from .variants import VARIANTS

AGREES, DIFFERS, NOT_TRIED = "agrees", "differs", "not tried"
_SURVEY_SECONDS = 300.0

_HELP = """Runs each chosen archive in a separate process against simulated PDUs on loopback:
status, statistic, off and on, on many plausible forms of DCImanager's unknown modules, or with
--copy in a copy of its project. Compares the results with the simulators."""
_EXIT = """exit codes: 0 nothing that was tried differs; 1 something differs; 2 wrong arguments;
9 nothing was tried"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    names = options.names or list(peers.PEERS)
    if options.copy:
        return _in_copy(options.copy, names, options.python)
    return _matrix(names, options.python)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance",
        description=_HELP,
        epilog=_EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names",
        nargs="*",
        type=_handler,
        metavar="HANDLER",
        help=f"one or more of {', '.join(peers.PEERS)} (default: all)",
    )
    parser.add_argument(
        "--python",
        type=_program,
        default=sys.executable,
        metavar="PROGRAM",
        help="the interpreter to run handlers with",
    )
    parser.add_argument(
        "--copy",
        type=_tree,
        metavar="DIR",
        help="a copy of DCImanager's project: it is described, and runs the archives",
    )
    return parser


def _handler(name: str) -> str:
    if name not in peers.PEERS:
        raise argparse.ArgumentTypeError(
            f"there is no handler {name!r}; choose from {', '.join(peers.PEERS)}"
        )
    return name


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise argparse.ArgumentTypeError(f"there is no program {name}")
    return os.path.abspath(path)


def _tree(name: str) -> Path:
    for package in ("common", "pdu_common"):
        if not Path(name, package).is_dir():
            raise argparse.ArgumentTypeError(f"{name} has no folder {package}")
    return Path(name).resolve()


@contextlib.contextmanager
def devices_of(names: Sequence[str]) -> Iterator[dict[str, Peer]]:
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(peers.PEERS[name]()) for name in names}


class Outcome(NamedTuple):
    """What came of one archive on one platform."""

    #: AGREES, DIFFERS or NOT_TRIED
    result: str
    what: str
    #: the differences, or why it was not tried
    reasons: list[str]


def _matrix(names: Sequence[str], python: str) -> int:
    with tempfile.TemporaryDirectory(prefix="conformance-") as name, devices_of(names) as devices:
        variants = on_variants(devices, Path(name), python)
        return _report(_outcome(what, problems) for what, _, problems in variants)


def _outcome(what: str, problems: list[str]) -> Outcome:
    return Outcome(DIFFERS if problems else AGREES, what, problems)


def _in_copy(tree: Path, names: Sequence[str], python: str) -> int:
    """Describes a copy, and tries the archives in it. What Python compiles stays out of it. What it
    prints is sent by the copy's owner.
    """
    for line in described(tree, python):
        print(anonymous(line, tree), flush=True)
    with tempfile.TemporaryDirectory(prefix="conformance-") as name, devices_of(names) as devices:
        folder = Path(name)
        adapter = str(Path(__file__).with_name("unknown_platform.py"))
        platform = trial.Platform(tree, adapter, python, str(folder / "compiled"), True)
        return _report(
            _outcome_in_copy(platform, _placed(name, folder), peer)
            for name, peer in devices.items()
        )


def _outcome_in_copy(platform: trial.Platform, handler: trial.HandlerModule, peer: Peer) -> Outcome:
    what = f"pdu_{peer.handler}"
    try:
        problems = trial.run(platform, handler, peer)
    except trial.NotTried as error:
        return Outcome(NOT_TRIED, what, [anonymous(str(error), platform.tree)])
    problems = problems or trial.old_states(platform, handler, peer)
    return _outcome(what, [anonymous(problem, platform.tree) for problem in problems])


def _placed(name: str, folder: Path) -> trial.HandlerModule:
    package = handler_archives.read_archive(archive(ROOT / "handlers", name))
    return trial.place(package, "directory", folder / name)


def described(tree: Path, python: str) -> list[str]:
    """The names, signatures and forms of a copy: no code and no value. What its modules print and
    the words of errors go to standard error."""
    survey = str(Path(__file__).with_name("survey.py"))
    process = subprocess.run(
        [python, "-I", "-B", survey, str(tree)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ.get("PATH", "")},
        check=False,
        timeout=_SURVEY_SECONDS,
    )
    lines = process.stdout.splitlines()
    if not lines or lines[-1] != END:
        lines.append(f"the survey ended (code {process.returncode})")
    return lines


def on_variants(
    devices: dict[str, Peer], folder: Path, python: str = sys.executable
) -> Iterator[tuple[str, str, list[str]]]:
    """Tries each handler of `devices` on the variants that list it. Yields what was tried, the
    handler and the differences.

    Each worker is a process of the interpreter `python`.
    """
    ways = sorted({variant.place for variant in VARIANTS})
    handlers = {}
    for name in devices:
        package = handler_archives.read_archive(archive(ROOT / "handlers", name))
        for way in ways:
            handlers[name, way] = trial.place(package, way, folder / f"{name}-{way}")

    for number, variant in enumerate(VARIANTS):
        platform = baseline.platform(variant.files, variant.adapter, folder / str(number))
        platform = platform._replace(python=python)
        for name in variant.handlers:
            if name in devices:
                handler = handlers[name, variant.place]
                problems = variant.problems(platform, handler, devices[name])
                yield f"{variant}, pdu_{name}", name, problems


def _report(outcomes: Iterator[Outcome]) -> int:
    counts: Counter[str] = Counter()
    for result, what, reasons in outcomes:
        counts[result] += 1
        print(f"{result}  {what}", *reasons, sep="\n    ", flush=True)
    totals = f"{counts[AGREES]} agree, {counts[DIFFERS]} differ"
    if counts[NOT_TRIED]:
        totals += f", {counts[NOT_TRIED]} not tried"
    print(totals)
    if counts[DIFFERS]:
        return 1
    if not counts[AGREES]:
        print("nothing was compared: what keeps the handlers from being called is above")
        return NOT_SEEN
    return 0


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
