"""A copy of this machine for one test: root can install into it, and nothing of the machine itself
changes. An overlay over `/` in a mount namespace of its own; the network is the machine's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.waiting import PATIENCE_S, bounded

_LAID = """
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount --bind /proc "$1/root/proc"
mount --bind /dev "$1/root/dev"
echo ready
exec cat
"""


class Copied(NamedTuple):
    """The copy. `pid` is of the process that keeps its namespace."""

    pid: int
    root: Path

    def command(self, *words: str) -> list[str]:
        """A command that runs these words in the copy."""
        enter = ["nsenter", "--target", str(self.pid), "--mount", "--"]
        return [*enter, "chroot", str(self.root), *words]

    def run(self, *words: str, stdin: str = "", code: int = 0) -> str:
        """What a program in the copy writes to both its outputs. Asserts its exit code."""
        done = subprocess.run(
            self.command(*words),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=2 * PATIENCE_S,
            env=VARIABLES,
        )
        assert done.returncode == code, (words, done.returncode, done.stdout)
        return done.stdout

    def shell(self, text: str, code: int = 0) -> str:
        return self.run("sh", "-ec", text, code=code)


VARIABLES = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
}


@contextlib.contextmanager
def copied(folder: Path) -> Iterator[Copied]:
    """Make the copy; `folder` is where it is mounted. Skips the test where that is not possible:
    without root, or where a container may not mount.
    """
    if os.getuid() != 0 or shutil.which("unshare") is None or shutil.which("nsenter") is None:
        pytest.skip("a copy of the machine needs root, unshare and nsenter")
    folder.mkdir()
    with (
        subprocess.Popen(
            ["unshare", "--mount", "sh", "-ec", _LAID, "sh", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
        bounded(process, 6 * PATIENCE_S),
    ):
        assert process.stdout is not None and process.stderr is not None
        if process.stdout.readline() != "ready\n":
            pytest.skip(f"an overlay over / is not possible here: {process.stderr.read().strip()}")
        yield Copied(process.pid, folder / "root")
