"""`make walk`: a newcomer's way through README, in a fresh clone and a bare environment.

No virtual environment, no packages: the system's Python and PATH, an empty HOME; only the settings
of pip and proxies are kept. Prints for each step the seconds, the longest silence, how many lines it
printed, and the last one. A PDU is a simulated one where the line needs one over
SNMP; lines for other devices and for a DCImanager are named and left out. Exits with 1 if a step
fails. This file needs only the standard library.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
_PATH = "/usr/bin:/bin"
_KEPT = re.compile(r"PIP_|.*_PROXY$|.*_proxy$|SSL_CERT_FILE$")
_COMMUNITY = "private"
_LIMIT_S = 900
_NEED_OTHERS = re.compile(r"192\.0\.2\.(?!8\b)|^export |register\.sh (?!--dry-run)")


class Done(NamedTuple):
    """One command that has ended: exit code, seconds, the longest silence, the lines printed."""

    code: int
    seconds: float
    silence: float
    lines: list[str]


def steps(page: str) -> Iterator[str]:
    """The commands of README's fences, in order."""
    for found in re.finditer(r"(?ms)^```sh\n(.*?)^```", page):
        for line in found[1].splitlines():
            command = line.partition("  #")[0].strip()
            if command:
                yield command


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
    with tempfile.TemporaryDirectory(prefix="walk-") as folder:
        tree = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(tree)], check=True, timeout=_LIMIT_S)
        home = Path(folder) / "home"
        home.mkdir()
        kept = {name: value for name, value in os.environ.items() if _KEPT.match(name)}
        path = f"{home}/.local/bin:{home}/pdu/bin:{_PATH}"
        bare = {**kept, "HOME": str(home), "PATH": path, "PDU_COMMUNITY": _COMMUNITY}
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


def _walk(tree: Path, bare: Mapping[str, str], pdu: str) -> int:
    page = (tree / "README.md").read_text("utf-8")
    failed = 0
    print(f"{'seconds':>7}  {'silence':>7}  {'printed':>7}  step")
    for step in steps(page):
        if _NEED_OTHERS.search(step):
            print(f"{'-':>7}  {'-':>7}  {'-':>7}  {step} (needs a device)")
            continue
        command = step.replace("192.0.2.8", pdu)
        if command == "pipx install ." and not shutil.which("pipx", path=bare["PATH"]):
            command = 'python3 -m venv "$HOME/pdu" && "$HOME/pdu/bin/pip" install -q .'
        done = run(command, tree, bare)
        print(f"{done.seconds:>7.1f}  {done.silence:>7.1f}  {len(done.lines):>7}  {step}")
        print(f"{'':>25}  {done.lines[-1] if done.lines else '(nothing)'}")
        if done.code:
            failed += 1
            print(f"  ended with {done.code}:", *done.lines[-20:], sep="\n  ")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
