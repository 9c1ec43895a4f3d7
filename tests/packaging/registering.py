"""Runs `register.sh` as an administrator does, in a clean environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable, NamedTuple, Optional

import pytest

from tests.dcimanager.api import Answer, Request, answer_error
from tests.dcimanager.manager import DciManager, Wrap
from tests.needs import program
from tests.waiting import PATIENCE_S

SHELLS = ("dash", "bash", "busybox")
LIST = ("GET", "/api/eservice/v3/custom_equipment")
CREATE = ("POST", LIST[1])
UPLOAD = ("POST", f"{LIST[1]}/1/content")


def calls(manager: DciManager, call: tuple[str, str]) -> int:
    return sum((request.method, request.path) == call for request in manager.requests)


def answering(call: tuple[str, str], *answers: Optional[Answer], is_done: bool = True) -> Wrap:
    """The `wrap` of a DCImanager that gives these answers to `call`, then its own ones; with None it
    cuts the connection. It carries the call out before, if `is_done`.
    """
    answers_left = list(answers)

    def wrap(request: Request, serve: Callable[[Request], Answer]) -> Optional[Answer]:
        if (request.method, request.path) != call or not answers_left:
            return serve(request)
        if is_done:
            serve(request)
        return answers_left.pop(0)

    return wrap


def without_list() -> Wrap:
    """The `wrap` of a DCImanager whose list of handlers cannot be read."""
    return answering(LIST, *[answer_error(404, 1, "no such function")] * 9)


class Run(NamedTuple):
    code: int
    out: str
    err: str


def assert_failed(run: Run, code: int, *words: str) -> None:
    assert run.code == code, run
    assert run.err.startswith("register.sh: ") and run.err.count("\n") == 1, run.err
    for word in words:
        assert word in run.err, run.err


class Admin:
    """An administrator's machine: the script, a home and a folder for temporary files.

    The `sleep` of this machine logs pauses for `pauses` and does not wait. Its `curl` waits up to
    60 s for a connection.
    """

    def __init__(self, folder: Path, script: Path) -> None:
        curl = program("curl")
        self.script, self.temporary, self._log = (
            script,
            folder / "temporary files",
            folder / "pauses",
        )
        self.home = folder / "home"
        self._tools = folder / "tools"
        for subfolder in (self.temporary, self.home, self._tools):
            subfolder.mkdir()
        self.tool("sleep", f"echo \"$1\" >>'{self._log}'")
        self.tool("python3", f"exec '{sys.executable}' \"$@\"")
        # the script gives a connection 10 s
        self.tool("curl", f"exec '{curl}' \"$@\" --connect-timeout 60")
        self._path = f"{self._tools}{os.pathsep}{os.environ['PATH']}"

    def tool(self, name: str, line: str) -> None:
        """Replaces a system program on this machine with one line of shell."""
        file = self._tools / name
        file.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        file.chmod(0o755)

    def shell(self, name: str) -> str:
        """The path of a shell; for busybox, of a link to it named `sh`.

        Skips the test if the shell is missing.
        """
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is missing: apt-get install {name}")
        if name != "busybox":
            return path
        (self._tools / "sh").symlink_to(path)
        return str(self._tools / "sh")

    def environment(self, manager: Optional[DciManager], **changes: str) -> dict[str, str]:
        """The environment of the script; a variable with an empty value is left out."""
        variables = {
            "PATH": self._path,
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "no_proxy": "*",
        }
        if manager is not None:
            variables.update(
                DCI_URL=manager.url,
                DCI_EMAIL=manager.email,
                DCI_PASSWORD=manager.password,
                CURL_CA_BUNDLE=str(manager.ca_file),
            )
        variables.update(changes)
        return {name: value for name, value in variables.items() if value}

    def command(self, *arguments: str, shell: str = "sh") -> list[str]:
        return [shell, str(self.script), *arguments]

    def run(
        self,
        manager: Optional[DciManager],
        *arguments: str,
        shell: str = "sh",
        folder: Optional[Path] = None,
        **changes: str,
    ) -> Run:
        """One run without a terminal."""
        process = subprocess.run(
            self.command(*arguments, shell=shell),
            env=self.environment(manager, **changes),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
            start_new_session=True,
        )
        return Run(process.returncode, process.stdout, process.stderr)

    @property
    def ids(self) -> Path:
        """The file that remembers ids."""
        return self.script.parent / "register.ids"

    def archive(self, name: str) -> Path:
        """The small archive of this name beside the script."""
        return self.script.parent / f"pdu_{name}-1.0.tar.gz"

    def pauses(self) -> list[int]:
        """The seconds of every pause so far."""
        return [int(line) for line in self._log.read_text().split()] if self._log.exists() else []

    def left_behind(self) -> list[Path]:
        return list(self.temporary.iterdir())
