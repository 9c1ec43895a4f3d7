"""An administrator who registers handlers: with `pdu register` in this process, and with the script
register.sh, both in a clean environment.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
from pathlib import Path
from typing import Callable, NamedTuple, Optional
from unittest import mock

import pytest

from handlers import registry
from pdu import root
from tests.dcimanager.api import Answer, Request, answer_error
from tests.dcimanager.manager import DciManager, Wrap
from tests.needs import program
from tests.waiting import PATIENCE_S

SHELLS = ("dash", "bash", "busybox")
LIST = ("GET", "/api/eservice/v3/custom_equipment")
CREATE = ("POST", LIST[1])


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


def assert_failed(run: Run, kind: str, *words: str) -> None:
    """The run ended with one line, an error of this kind, and with its exit code."""
    assert run.code == _CODES[kind], run
    assert run.err.startswith(f"{kind}: "), run.err
    assert run.err.count("\n") == 1, run.err
    for word in words:
        assert word in run.err, run.err


_CODES = {
    "usage": 2,
    "settings": 2,
    "unreachable": 3,
    "denied": 4,
    "protocol": 5,
    "refused": 6,
    "not-seen": 9,
}


class Admin:
    """An administrator's machine: a home, and a folder `dist` with what was built."""

    def __init__(self, folder: Path, dist: Path) -> None:
        self.dist = dist
        self.home = folder / "home"
        self._tools = folder / "tools"
        for subfolder in (self.home, self._tools):
            subfolder.mkdir(exist_ok=True)

    @property
    def ids(self) -> Path:
        """The file that remembers ids."""
        return self.dist / "register.ids"

    def archive(self, name: str) -> Path:
        """The archive of this name that was built."""
        return self.dist / registry.archive_name(name)

    def environment(self, manager: Optional[DciManager], **changes: str) -> dict[str, str]:
        """The environment of a run; a variable with an empty value is left out."""
        variables = {
            "PATH": f"{self._tools}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "no_proxy": "*",
            "DCI_PAUSE": "0",
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

    def run(self, manager: Optional[DciManager], *arguments: str, **changes: str) -> Run:
        """`pdu register` in this process, without a terminal."""
        out, err = io.StringIO(), io.StringIO()
        words = ["register", "--dist", str(self.dist), *arguments]
        with (
            mock.patch.dict(os.environ, self.environment(manager, **changes), clear=True),
            mock.patch("sys.stdin", io.StringIO()),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = root.run(words)
        return Run(code, out.getvalue(), err.getvalue())

    # ---- register.sh ----

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
        link = self._tools / "sh"
        if not link.exists():
            link.symlink_to(path)
        return str(link)

    def command(self, *arguments: str, shell: str = "sh") -> list[str]:
        """The command line of register.sh."""
        program("curl")
        return [shell, str(self.dist / "register.sh"), *arguments]

    def run_script(
        self, manager: Optional[DciManager], *arguments: str, shell: str = "sh", **changes: str
    ) -> Run:
        """register.sh without a terminal."""
        process = subprocess.run(
            self.command(*arguments, shell=shell),
            env=self.environment(manager, **changes),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
            start_new_session=True,
        )
        return Run(process.returncode, process.stdout, process.stderr)
