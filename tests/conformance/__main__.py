"""Runs archives on a copy of the real platform, or on many plausible forms of it."""

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
from typing import Optional

from pdu.cli import exit_handling
from pdu.loading import handler_archives
from tests import peers
from tests.needs import ROOT
from tests.packaging.building import archive
from tests.peers import Peer
from tests.program import port, starting

from . import baseline, platform_handlers, trial
from .variants import VARIANTS

_HERE = Path(__file__).parent
_SURVEY_SECONDS = 300.0
_HELP = """Runs each chosen archive in a separate process against simulated PDUs on loopback:
status, statistic, off and on. With --platform also the platform's own handlers in
pdu_common/handlers: identities, states and figures beside ours.
Compares the results with the simulators. Without --platform, runs on many plausible forms of
DCImanager's unknown modules.

If you have DCImanager, copy the real modules from its location server and pass the copy:
    docker cp eservice_handler:/opt/ispsystem/equip_handler ./
    python -m tests.conformance --platform ./equip_handler --python VENV/bin/python
where VENV has the packages of equip_handler/requirements.txt."""
_EXIT = (
    "exit codes: 0 nothing that was tried differs; 1 something differs; 2 wrong arguments, or"
    " --snmp-port cannot be used"
)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    names = options.names or list(peers.PEERS)
    if options.platform is None:
        if options.adapter is not None or options.snmp_port:
            parser.error("--adapter and --snmp-port need --platform")
        return _matrix(names, options.python)
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        folder = Path(name)
        adapter = _write_adapter(options.adapter or "", folder)
        platform = trial.Platform(options.platform, str(adapter), options.python)
        with contextlib.ExitStack() as stack:
            with starting(options.snmp_port):
                devices = stack.enter_context(devices_of(names, options.snmp_port))
            print(_survey(platform), end="", flush=True)
            snmp_handler = _place("snmp", folder / "beside")
            for line in platform_handlers.lines(platform, snmp_handler):
                print(line, flush=True)
            return _report(_on_platform(platform, devices, folder, bool(options.snmp_port)))


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
        "--platform",
        type=_platform_tree,
        metavar="DIR",
        help="a copy of the platform, with common/ and pdu_common/",
    )
    parser.add_argument(
        "--adapter",
        type=_adapter_text,
        metavar="FILE",
        help=(
            "a file with your version of each function of tests/dcimanager/adapter.py that fails on"
            " this platform; needs --platform"
        ),
    )
    parser.add_argument(
        "--python",
        type=_program,
        default=sys.executable,
        metavar="PROGRAM",
        help="the interpreter to run handlers with",
    )
    parser.add_argument(
        "--snmp-port",
        type=port,
        default=0,
        metavar="PORT",
        help=(
            "port of the simulated SNMP PDU (default: a free port, then port 161 of 127.0.0.161 if"
            " the platform ignores the free one); needs --platform"
        ),
    )
    return parser


def _handler(name: str) -> str:
    if name not in peers.PEERS:
        raise argparse.ArgumentTypeError(
            f"there is no handler {name!r}; choose from {', '.join(peers.PEERS)}"
        )
    return name


def _platform_tree(folder: str) -> Path:
    for package in ("common", "pdu_common"):
        if not Path(folder, package).is_dir():
            raise argparse.ArgumentTypeError(
                f"{folder} has no folder {package}: give a copy of the platform's project"
            )
    return Path(folder).resolve()


def _adapter_text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{file} cannot be read ({error})") from None


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise argparse.ArgumentTypeError(f"there is no program {name}")
    return os.path.abspath(path)


def _write_adapter(functions: str, folder: Path) -> Path:
    """Writes one file with the functions of unknown.py, overridden by those of the --adapter
    file."""
    adapter = folder / "adapter.py"
    texts = (
        (_HERE / "unknown.py").read_text(encoding="utf-8"),
        functions.replace("from __future__ import annotations", ""),
    )
    adapter.write_text("\n\n".join(texts), encoding="utf-8")
    return adapter


def _survey(platform: trial.Platform) -> str:
    try:
        process = subprocess.run(
            [platform.python, "-I", "-B", str(_HERE / "survey.py"), str(platform.tree)],
            capture_output=True,
            text=True,
            env={"PATH": os.environ.get("PATH", "")},
            check=False,
            timeout=_SURVEY_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"the survey of the platform did not end within {_SURVEY_SECONDS:g} s\n"
    return process.stdout + process.stderr


@contextlib.contextmanager
def devices_of(names: Sequence[str], snmp_port: int = 0) -> Iterator[dict[str, Peer]]:
    with contextlib.ExitStack() as stack:
        yield {
            name: stack.enter_context(
                peers.PEERS[name](port=snmp_port) if name == "snmp" else peers.PEERS[name]()
            )
            for name in names
        }


# what was tried, and the differences (None: it was not tried)
Outcome = tuple[str, Optional[list[str]]]


def _on_platform(
    platform: trial.Platform, devices: dict[str, Peer], folder: Path, port_chosen: bool
) -> Iterator[Outcome]:
    for name, peer in devices.items():
        handler = _place(name, folder / name)
        problems = trial.run(platform, handler, peer)
        silent = (
            problems
            and problems[0].startswith("status: unreachable: ")
            and not peer.books().requests
        )
        if name == "snmp" and silent and not port_chosen:
            yield _on_port_161(platform, handler)
        else:
            yield f"pdu_{name}", problems


def _place(name: str, folder: Path) -> trial.HandlerModule:
    data = archive(ROOT / "handlers", name)
    return trial.place(handler_archives.read_archive(data), "directory", folder)


def _on_port_161(platform: trial.Platform, handler: trial.HandlerModule) -> Outcome:
    """Tries port 161 for a platform whose SNMP client sent nothing to the port in snmp_params."""
    with contextlib.ExitStack() as stack:
        try:
            peer = stack.enter_context(peers.PEERS["snmp"](port=161, host="127.0.0.161"))
        except OSError as error:
            advice = "; run this as root" if isinstance(error, PermissionError) else ""
            return (
                (
                    "pdu_snmp: this platform's SNMP client sent nothing to the port in"
                    " snmp_params, and port 161 of 127.0.0.161 cannot be opened here"
                    f" ({error.strerror}){advice}"
                ),
                None,
            )
        return "pdu_snmp (on port 161)", trial.run(platform, handler, peer)


def _matrix(names: Sequence[str], python: str) -> int:
    with tempfile.TemporaryDirectory(prefix="conformance-") as name, devices_of(names) as devices:
        return _report(
            (what, problems) for what, _, problems in on_variants(devices, Path(name), python)
        )


def on_variants(
    devices: dict[str, Peer], folder: Path, python: str = sys.executable
) -> Iterator[tuple[str, str, list[str]]]:
    """Tries each handler of `devices` on the variants that list it. Yields what was tried, the
    handler and the differences.

    Each worker is a process of the interpreter `python`.
    """
    ways = sorted({variant.place for variant in VARIANTS})
    handlers = {
        (name, way): trial.place(
            handler_archives.read_archive(archive(ROOT / "handlers", name)),
            way,
            folder / f"{name}-{way}",
        )
        for name in devices
        for way in ways
    }
    for number, variant in enumerate(VARIANTS):
        platform = baseline.platform(variant.files, variant.adapter, folder / str(number))._replace(
            python=python
        )
        for name in variant.handlers:
            if name in devices:
                yield (
                    f"{variant}, pdu_{name}",
                    name,
                    variant.problems(platform, handlers[name, variant.place], devices[name]),
                )


def _report(outcomes: Iterator[Outcome]) -> int:
    counts: Counter[str] = Counter()
    for what, problems in outcomes:
        result = "not tried" if problems is None else "differs" if problems else "agrees"
        counts[result] += 1
        print(f"{result}  {what}", *(problems or ()), sep="\n    ", flush=True)
    untried = f", {counts['not tried']} not tried" if counts["not tried"] else ""
    print(f"{counts['agrees']} agree, {counts['differs']} differ{untried}")
    return 1 if counts["differs"] else 0


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
