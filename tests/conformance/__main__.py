"""Runs archives of handlers on many plausible forms of the platform, or in a copy of the real one.

The platform is DCImanager, whose modules `common` and `pdu_common` are only known by its page. A
variant is one form that a point of them may take, such as a BasePdu in another module. Each archive
is called in a process of its own; a `Peer` is the simulated PDU that it asks, and knows the truth.
"""

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
    """Run the command with these arguments; None: those of the process. Returns its exit code:

    ["nut"]                  the archive of nut on all variants: 0 if nothing differs
    ["--copy", "dci"]        all archives in the copy of DCImanager's project in this folder
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    names = options.names or list(peers.PEERS)
    if options.copy:
        return _in_copy(options.copy, names, options.python)
    return _matrix(names, options.python)


def _parser() -> argparse.ArgumentParser:
    """The parser of the arguments: `names` are handlers, `python` an interpreter, `copy` a folder;
    None for no copy.
    """
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
    """The name of a handler, as it was given. Raises ArgumentTypeError for another word."""
    if name not in peers.PEERS:
        raise argparse.ArgumentTypeError(
            f"there is no handler {name!r}; choose from {', '.join(peers.PEERS)}"
        )
    return name


def _program(name: str) -> str:
    """The absolute path of a program, by its name or path. Raises ArgumentTypeError if there is
    none.
    """
    path = shutil.which(name)
    if path is None:
        raise argparse.ArgumentTypeError(f"there is no program {name}")
    return os.path.abspath(path)


def _tree(name: str) -> Path:
    """The absolute path of a copy of DCImanager's project. Raises ArgumentTypeError for a folder
    without the packages `common` and `pdu_common`.
    """
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
    #: the archive, and the variant if it ran on one: "BasePdu: abstract, pdu_nut"
    what: str
    #: the differences, or why it was not tried
    reasons: list[str]


def _matrix(names: Sequence[str], python: str) -> int:
    """Run the archives of these handlers on all variants, and print what came of each. Returns the
    exit code. `python`: the interpreter that runs them.
    """
    with tempfile.TemporaryDirectory(prefix="conformance-") as name, devices_of(names) as devices:
        variants = on_variants(devices, Path(name), python)
        return _report(_outcome(what, problems) for what, _, problems in variants)


def _outcome(what: str, problems: list[str]) -> Outcome:
    return Outcome(DIFFERS if problems else AGREES, what, problems)


def _in_copy(tree: Path, names: Sequence[str], python: str) -> int:
    """Describe a copy of DCImanager's project, run the archives of these handlers in it, and print
    both. Returns the exit code. The owner sends us what is printed, so it names nothing of his
    machine; and nothing is written into the copy.
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
    """Call an archive in a copy of the platform, and compare its answers with the peer's truth:

    Outcome("agrees", "pdu_nut", [])
    Outcome("not tried", "pdu_snmp", ["ModuleNotFoundError: easysnmp"])
    """
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
    """The lines that describe a copy of the platform: names and signatures, no code and no value of
    its owner. What its modules print, and the words of errors, go to standard error.

        BasePdu: in pdu_common.base_pdu, not abstract
        pdu_common.helper: EnumPowerStatus: UP, DOWN, UNKNOWN
    """
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
    """Run each handler on the variants that list it, in processes of the interpreter `python`.
    Yields what ran, the handler, and the differences; [] if there are none. `devices`: the
    simulated PDU of each handler; `folder`: an empty one.

        "BasePdu: abstract, pdu_nut", "nut", []
        "address: named host, pdu_nut", "nut", ["states: ..."]
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
    """Print each outcome when it comes, and the totals. Returns the exit code: 1 if an archive
    differs, 9 if none was compared, 0 else.

        agrees  pdu_nut
        not tried  pdu_snmp
            ModuleNotFoundError: easysnmp
        1 agree, 0 differ, 1 not tried
    """
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
