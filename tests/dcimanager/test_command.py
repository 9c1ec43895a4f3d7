"""`python -m tests.dcimanager`, and the demo with `--keep`."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.ports import reserved
from tests.waiting import PATIENCE_S, bounded, start_program

from .manager import DciManager


@contextlib.contextmanager
def started(*arguments: str, folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "TMPDIR": str(folder), **environment}
    with (
        start_program(
            [sys.executable, *arguments], cwd=ROOT, stderr=subprocess.PIPE, env=environment
        ) as process,
        bounded(process, PATIENCE_S),
    ):
        yield process


def line_of(process: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    """The first match of the pattern in the printed lines.

    Raises AssertionError if there is none.
    """
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        match = re.search(pattern, line)
        if match:
            return match
    raise AssertionError("".join((*lines, process.stderr.read() if process.stderr else "")))


LOGIN = (
    r"(?P<page>http://127\.0\.0\.1:\d+/)   log in as (?P<email>\S+) with (?P<password>.+?)"
    r"   \(Ctrl-C ends it"
)


def test_a_restart_keeps_address_and_login_and_files_with_secrets_are_private(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    file_of_ports = data / "ports"
    logins: list[re.Match[str]] = []
    for start in range(2):
        if start:
            # another program may have taken the first run's ports by now
            ports = reserved(), reserved()
            file_of_ports.write_text("{} {}\n".format(*ports))
        with started("-m", "tests.dcimanager", "--data", str(data), folder=tmp_path) as process:
            login = line_of(process, LOGIN)
            logins.append(login)
            with urllib.request.urlopen(login["page"], timeout=PATIENCE_S) as answer:  # noqa: S310  # it begins with http://
                assert b"Log in" in answer.read()
            exports = (data / "register.env").read_text()
            assert exports.count("export ") == 4
            assert login["password"] not in exports
            assert login["page"] == f"http://127.0.0.1:{file_of_ports.read_text().split()[1]}/"
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_S) == 0
            assert process.stderr is not None
            assert process.stderr.read() == ""
    first, second = logins
    assert second["page"] == f"http://127.0.0.1:{ports[1]}/"
    assert (second["email"], second["password"]) == (first["email"], first["password"])
    private = {"password", "register.env", "dcimanager.sqlite"}
    assert private <= {path.name for path in data.iterdir()}
    assert all((data / name).stat().st_mode & 0o077 == 0 for name in private)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_password_that_a_person_chose_is_not_printed(tmp_path: Path) -> None:
    words = ("-m", "tests.dcimanager", "--data", str(tmp_path / "data"))
    for environment in ({"LOCAL_DCI_PASSWORD": "hidden-4711"}, {}):
        with started(*words, folder=tmp_path, DCI_PASSWORD="real-0815", **environment) as process:
            assert line_of(process, LOGIN)[3] == "the password of LOCAL_DCI_PASSWORD"
            assert (tmp_path / "data" / "password").read_text() == "hidden-4711\n"
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_S) == 0


def test_a_folder_in_use_is_refused_with_one_line_of_text(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("open sesame\n")
    with (
        DciManager(data=tmp_path),
        started(
            "-m",
            "tests.dcimanager",
            "--data",
            str(tmp_path),
            folder=tmp_path,
            LOCAL_DCI_PASSWORD="another",
        ) as second,
    ):
        out, err = second.communicate(timeout=PATIENCE_S)
        assert (second.returncode, out) == (2, "")
        assert "in use by another stand-in" in err
        assert err.count("\n") == 1
    assert (tmp_path / "password").read_text() == "open sesame\n"


def test_listening_on_all_addresses_warns_and_prints_an_https_address(tmp_path: Path) -> None:
    with started("-m", "tests.dcimanager", "--host", "0.0.0.0", folder=tmp_path) as process:  # noqa: S104  # what is tested
        assert line_of(process, r"^(https://0\.0\.0\.0:\d+/)   log in as")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        assert "do not leave it running" in err


# The demo with --keep, without PDUs and archives.
_KEEP = """
import sys
from tests.demo import __main__ as demo
demo.simulators, demo.build, demo.register = (lambda stack: []), (lambda dist: None), (lambda *_: [])
sys.argv.append("--keep")
sys.exit(demo.main())
"""


@pytest.mark.trial
def test_the_demo_with_keep_serves_its_page_until_ctrl_c(tmp_path: Path) -> None:
    with started("-c", _KEEP, folder=tmp_path) as process:
        login = line_of(process, LOGIN)
        with urllib.request.urlopen(login["page"], timeout=PATIENCE_S) as answer:  # noqa: S310  # it begins with http://
            assert b"Log in" in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    assert list(tmp_path.iterdir()) == []
