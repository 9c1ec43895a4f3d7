"""A newcomer's way through README, in a fresh clone and a bare environment; with --targets instead each target of `make help`, where it can be short with few arguments.

No virtual environment, no packages: the system's Python and PATH, an empty HOME; only the settings
of pip, Node.js and proxies are kept. Prints for each step the seconds, the longest silence, how many lines it
printed, and the last one. A PDU is a simulated one where the line needs one over
SNMP; lines for other devices and for a DCImanager are named and left out. Exits with 1 if a step
fails. This file needs only the standard library.

    python3 tests/packaging/walk.py [--targets [TARGET ...]]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

ROOT = Path(__file__).resolve().parents[2]
_PATH = "/usr/bin:/bin"
_VARIABLES = re.compile(r"PIP_|.*_PROXY$|.*_proxy$|SSL_CERT_FILE$|NODE_EXTRA_CA_CERTS$")
_COMMUNITY = "private"
_LIMIT_S = 900
_HEADS = f"{'seconds':>7}  {'silence':>7}  {'printed':>7}  step"
#: What a target runs to its end with; None: it runs until Ctrl-C. `test` takes minutes, and is run
#: if it is named.
_SMALL: Mapping[str, Optional[str]] = {
    "trials": "ARGS=tests/faults/test_parsers.py",
    "bench": "ONLY=list",
    "fleet": None,
    "serve": None,
}
_LONG = ("test",)
_INTERRUPTED_S = 60
#: another PDU, a DCImanager, `make serve`, which runs until Ctrl-C, and `make test`, which takes minutes
_NEED_OTHERS = re.compile(
    r"192\.0\.2\.(?!8\b)|^(export|make serve|make test)\b|pdu register (?!--dry-run)"
)


class Done(NamedTuple):
    """One command that has ended: exit code, seconds, the longest silence, the lines printed."""

    code: int
    seconds: float
    silence: float
    lines: list[str]


def steps(page: str) -> Iterator[str]:
    """The commands of README's fences, in order."""
    for fence in re.finditer(r"(?ms)^```(sh|console)\n(.*?)^```", page):
        for line in fence[2].splitlines():
            command = line.partition("  #")[0].strip()
            if command and (fence[1] == "sh" or command.startswith("$ ")):
                yield command.removeprefix("$ ")


def run(command: str, tree: Path, environment: Mapping[str, str]) -> Done:
    """Runs one command in the clone."""
    begin = last = time.monotonic()
    silence = 0.0
    lines: list[str] = []
    with subprocess.Popen(
        ["sh", "-c", command],
        cwd=tree,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            now = time.monotonic()
            silence, last = max(silence, now - last), now
            lines.append(line.decode("utf-8", "replace").rstrip())
        code = process.wait(_LIMIT_S)
    end = time.monotonic()
    return Done(code, end - begin, max(silence, end - last), lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="walk.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--targets", nargs="*", metavar="TARGET")
    targets = parser.parse_args().targets
    with tempfile.TemporaryDirectory(prefix="walk-") as folder:
        tree = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(tree)], check=True, timeout=_LIMIT_S)
        home = Path(folder) / "home"
        home.mkdir()
        variables = {name: value for name, value in os.environ.items() if _VARIABLES.match(name)}
        path = f"{home}/.local/bin:{home}/pdu/bin:{_PATH}"
        bare = {**variables, "HOME": str(home), "PATH": path, "PDU_COMMUNITY": _COMMUNITY}
        if targets is not None:
            return _make(
                tree, bare, targets or [name for name in listed(tree) if name not in _LONG]
            )
        with subprocess.Popen(
            [sys.executable, "-u", "-m", "tests.simulators.snmp_agent", "--write", _COMMUNITY],
            cwd=tree,
            stdout=subprocess.PIPE,
            text=True,
        ) as agent:
            try:
                assert agent.stdout is not None
                port = re.search(r":(\d+)", agent.stdout.readline())
                assert port is not None, "the simulated PDU did not start"
                return _walk(tree, bare, f"127.0.0.1:{port[1]}")
            finally:
                agent.terminate()


def listed(tree: Path) -> list[str]:
    """The targets of `make help`."""
    makefile = (tree / "Makefile").read_text("utf-8")
    return [match[1] for match in re.finditer(r"(?m)^([a-z-]+):.*[^#]## ", makefile)]


def _make(tree: Path, bare: Mapping[str, str], targets: Sequence[str]) -> int:
    failed = 0
    print(_HEADS)
    for target in targets:
        arguments = _SMALL.get(target, "")
        if arguments is None:
            # make ends with 2 after the signal; what matters is that it was still running
            step = f"timeout -s INT {_INTERRUPTED_S} make {target}; [ $? = 124 ]"
        else:
            step = f"make {target} {arguments}".rstrip()
        failed += _is_failed(step, run(step, tree, bare))
    return int(failed > 0)


def _is_failed(step: str, done: Done) -> bool:
    """Prints how a step ended."""
    print(f"{done.seconds:>7.1f}  {done.silence:>7.1f}  {len(done.lines):>7}  {step}")
    print(f"{'':>25}  {done.lines[-1] if done.lines else '(nothing)'}", flush=True)
    if done.code:
        print(f"  ended with {done.code}:", *done.lines[-20:], sep="\n  ", flush=True)
    return done.code != 0


def _walk(tree: Path, bare: Mapping[str, str], pdu: str) -> int:
    page = (tree / "README.md").read_text("utf-8")
    failed = 0
    print(_HEADS)
    for step in steps(page):
        if _NEED_OTHERS.search(step):
            print(f"{'-':>7}  {'-':>7}  {'-':>7}  {step} (left out)")
            continue
        command = step.replace("192.0.2.8", pdu)
        if command.startswith("pipx install ") and not shutil.which("pipx", path=bare["PATH"]):
            pip = 'python3 -m venv "$HOME/pdu" && "$HOME/pdu/bin/pip" install -q'
            command = f"{pip} {command.split()[-1]}"
        failed += _is_failed(step, run(command, tree, bare))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
