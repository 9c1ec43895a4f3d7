"""Runs the archive of each handler on many plausible forms of DCImanager's modules, and replaces it
while it is loaded, under every Python from 3.9 to 3.13: `python -m tests.conformance.hosts`.

Keeps an environment in .cache for each Python, with the packages that SNMP needs. Prints where a
handler's answers differ from the simulated PDUs, and then a table of archives and versions. Fails
if an answer differs, a version is missing or its packages cannot be installed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Optional

from handlers import registry
from pdu.cli import exit_handling
from tests.needs import ROOT, pythons

from . import uploads
from .__main__ import devices_of, on_variants

# SNMPv3's ciphers, and a platform whose SNMP calls are pysnmp's
_NEEDED = ("pysnmp", "pyasn1", "cryptography")
_INSTALL_SECONDS = 600.0
VERSIONS = tuple(f"3.{minor}" for minor in range(9, 14))


class Host(NamedTuple):
    """What was seen with one Python."""

    #: such as "3.9"
    version: str
    #: why it was not tried; "" if it was
    missing: str
    #: by handler, how many forms of the platform its archive was tried on
    tried: Counter[str]
    #: by handler, on how many of them its answers differ from the simulated PDU
    differ: Counter[str]
    #: sentences
    differences: list[str]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run the command with these arguments; None: those of the process. Returns 1 if an answer
    differs or a Python was not tried, else 0.

        ["--python", "3.9"]    only Python 3.9
    """
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance.hosts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=(
            "exit codes: 0 all agree; 1 a form differs or a Python was not tried; 2 wrong arguments"
        ),
    )
    parser.add_argument(
        "--python",
        action="append",
        choices=VERSIONS,
        metavar="VERSION",
        help=f"only this one of {', '.join(VERSIONS)}; may be repeated",
    )
    chosen = parser.parse_args(arguments).python or VERSIONS
    program_by_version = {
        f"{sys.version_info.major}.{sys.version_info.minor}": Path(sys.executable),
        **pythons(),
    }
    with ThreadPoolExecutor(2) as pool:
        programs = [program_by_version.get(version) for version in chosen]
        hosts = list(pool.map(tried, chosen, programs))
    for host in hosts:
        for difference in host.differences:
            print(f"{host.version}: {difference}")
    print("\n".join(table(hosts)))
    return int(any(host.missing or host.differences for host in hosts))


def tried(version: str, program: Optional[Path]) -> Host:
    """Run all archives with one Python. `version`: such as "3.9"; `program`: its interpreter; None
    if there is no such Python here, which the result says.
    """
    if program is None:
        return Host(version, "there is no such Python here", Counter(), Counter(), [])
    python, missing = environment(version, program)
    host = Host(version, missing, Counter(), Counter(), [])
    if missing:
        return host
    with (
        tempfile.TemporaryDirectory(prefix="hosts-") as folder,
        devices_of(registry.names()) as devices,
    ):
        for what, name, problems in on_variants(devices, Path(folder), python):
            host.tried[name] += 1
            host.differ[name] += bool(problems)
            host.differences.extend(f"{what}: {problem}" for problem in problems)
    for name in uploads.SUBJECTS:
        problems = uploads.tried(name, uploads.CELLS, python)
        host.differences.extend(f"upload, {name}: {problem}" for problem in problems)
    return host


def environment(version: str, program: Path) -> tuple[str, str]:
    """Make an environment for a Python, with the packages that SNMP needs. Returns its interpreter
    and "", or "" and the reason why it cannot be made. `version`: such as "3.9"; `program`: that
    Python.
    """
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    packages = [line.partition("#")[0].strip() for line in lines if line.startswith(_NEEDED)]
    return installed(f"python-{version}", program, packages)


def installed(name: str, program: Path, packages: Sequence[str]) -> tuple[str, str]:
    """Make the environment .cache/NAME with these packages, unless it is there with the same ones.
    Returns its interpreter and "", or "" and the reason why it cannot be made:

        installed("python-3.9", Path("/usr/bin/python3.9"), ["pysnmp>=7"])
        (".cache/python-3.9/bin/python", ""), or ("", "No module named venv")
    """
    folder = ROOT / ".cache" / name
    python = folder / "bin" / "python"
    stamp = folder / "installed"
    # `python` is a link: it does not exist if the Python that made the environment was removed.
    if python.exists() and stamp.is_file():
        if stamp.read_text("utf-8").splitlines() == packages:
            return str(python), ""

    make = [str(program), "-m", "venv", "--clear", str(folder)]
    fill = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages]
    for command in (make, fill):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_SECONDS)
        except subprocess.TimeoutExpired:
            return "", f"the installation did not end within {_INSTALL_SECONDS:g} s"
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["the installation gave no reason"]
            return "", lines[-1][:200]
    stamp.write_text("\n".join(packages), "utf-8")
    return str(python), ""


def table(hosts: Sequence[Host]) -> list[str]:
    """The lines of a Markdown table with a row for each archive and a column for each Python. A
    field says on how many forms of the platform the archive was tried, and if on any it differs.

        | archive | Python 3.9 | Python 3.10 |
        | --- | --- | --- |
        | `pdu_nut` | 83 | **2 of 83 differ** |
    """
    names = registry.names()
    head = ["archive", *(f"Python {host.version}" for host in hosts)]
    rows = [[f"`pdu_{name}`", *(_field(host, name) for host in hosts)] for name in names]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]


def _field(host: Host, name: str) -> str:
    """A field of the table: what came of a handler's archive with one Python."""
    if host.missing:
        return f"not tried: {host.missing}"
    wrong = host.differ[name]
    return f"**{wrong} of {host.tried[name]} differ**" if wrong else str(host.tried[name])


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
