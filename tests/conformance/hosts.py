"""Runs every archive on many plausible forms of DCImanager's modules, and replaces it while it is
loaded (`uploads`), under every Python from 3.9 to 3.13: `python -m tests.conformance.hosts`.

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
    """The result for one Python.

    `missing`: why it was not tried, or "". `tried` and `differ` count forms by archive.
    """

    version: str
    missing: str
    tried: Counter[str]
    differ: Counter[str]
    differences: list[str]


def main(arguments: Optional[Sequence[str]] = None) -> int:
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
    """The result for the Python `program` of a version; None if there is no such Python here."""
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
    """A version's environment, as `installed`."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    packages = [line.partition("#")[0].strip() for line in lines if line.startswith(_NEEDED)]
    return installed(f"python-{version}", program, packages)


def installed(name: str, program: Path, packages: Sequence[str]) -> tuple[str, str]:
    """Makes an environment with these packages in .cache, if needed.

    Returns its interpreter and "", or "" and the reason why it cannot be made.
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
    """A row for each archive, a column for each version."""
    names = registry.names()
    head = ["archive", *(f"Python {host.version}" for host in hosts)]
    rows = [[f"`pdu_{name}`", *(_place(host, name) for host in hosts)] for name in names]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]


def _place(host: Host, name: str) -> str:
    if host.missing:
        return f"not tried: {host.missing}"
    wrong = host.differ[name]
    return f"**{wrong} of {host.tried[name]} differ**" if wrong else str(host.tried[name])


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
