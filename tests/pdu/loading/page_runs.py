"""Runs of `pdu` with handlers by the vendor's page: what the lines of page_runs.txt mean.

A line is a handler and the runs of the command with it. Of a run, it says

    EXIT CODE | OUTPUT | ERRORS | COMMANDS

with ` // ` between two, `N` for a time and one blank for several. COMMANDS are those that the unit
got in the run, as `OUTLET=STATE`. The handler is the page's own in the folder handler_dir, and its
unit is that of the page, or by a change of the line:

    http                    the handler json_pdu.HTTP in the folder http_dir, and its unit
    none                    the page's handler, and no unit
    OLD => NEW              another text in the handler, `\\n` for a new line
    file NAME TEXT          a file in the folder, `-` for none; `PAGE` is the page's handler
    link NAME               a link in the folder
    named NAME              another name of the folder
    as FORM                 how it is named: as a file, a folder, an archive, or MODULE in one
    VARIABLE=VALUE          of the environment
    run WORDS               `pdu WORDS`, with handler and address behind the first word
    pdu WORDS               `pdu WORDS`, where HANDLER and HOST stand for them

`python -m tests.tables tests.pdu.loading.page_runs` writes right sides.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Callable

import pytest

from pdu import root
from pdu.outlets import switching
from tests.pdu.loading import json_pdu
from tests.pdu.loading.page_handler import SOURCE, agent, folder, loading_anew, packed
from tests.simulators.snmp_agent.device import Write
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_suffix(".txt"))
_ENVIRONMENT = {"PDU_COMMUNITY": "private", "PDU_PASSWORD": "hunter-2"}
_SECRETS = ("private", "s3cret", "hunter")


class PageRuns:
    """The handler, the unit and the runs that the changes of a line describe: the handler's source,
    the name of its folder, further files and links in this, and the form in which a run names it.
    """

    def __init__(self, changes: Sequence[str], patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._is_http = "http" in changes
        self._has_unit = "none" not in changes
        self._source = json_pdu.HTTP if self._is_http else SOURCE
        self._name = "http_dir" if self._is_http else "handler_dir"
        self._form = "folder"
        self._files: dict[str, str] = {}
        self._links: list[str] = []
        self._runs: list[str] = []
        for change in changes:
            self._add(change)

    def _add(self, change: str) -> None:
        """Take one change of the line, such as `named acme` or `run status`."""
        word, _, rest = change.partition(" ")
        if word in ("run", "pdu"):
            self._runs.append(change)
        elif word in ("http", "none"):
            return
        elif word == "as":
            self._form = rest
        elif word == "named":
            self._name = rest
        elif word == "link":
            self._links.append(rest)
        elif word == "file":
            name, _, text = rest.partition(" ")
            self._files[name] = lines_of(text).replace("PAGE", SOURCE)
        elif " => " in change:
            old, _, new = lines_of(change).partition(" => ")
            assert old in self._source, old
            self._source = self._source.replace(old, new)
        else:
            name, _, value = change.partition("=")
            self._patch.setenv(name, value)

    def results(self, directory: Path) -> str:
        """Write the handler's files below this directory, and make the runs. Returns what each
        ends with: `EXIT CODE | OUTPUT | ERRORS | COMMANDS`, without empty texts at the end.
        """
        handler_folder = folder(directory, self._name, self._source)
        for name, text in self._files.items():
            file = handler_folder / name
            if text == "-":
                file.unlink()
            else:
                file.write_text(text, "utf-8")
                file.chmod(0o600)
        for name in self._links:
            (handler_folder / name).symlink_to("/etc")
        handler = named(handler_folder, self._form)
        self._patch.chdir(directory)
        with loading_anew(self._patch), self._unit() as (host, commands):
            results: list[str] = []
            for run in self._runs:
                count = len(commands())
                texts = _result(run, handler.replace(f"{directory}/", ""), host)
                texts.append(", ".join(commands()[count:]))
                while not texts[-1]:
                    texts.pop()
                results.append(" | ".join(texts))
        return " // ".join(results).replace(f"{directory}/", "")

    @contextlib.contextmanager
    def _unit(self) -> Iterator[tuple[str, Callable[[], Sequence[str]]]]:
        """Yields the address of the unit, and a function that returns its commands so far."""
        if self._is_http:
            with json_pdu.serving() as host:
                yield host, lambda: json_pdu.Unit.commands
            return
        with contextlib.ExitStack() as stack:
            unit = stack.enter_context(agent())
            if not self._has_unit:
                stack.close()
            yield f"127.0.0.1:{unit.port}", lambda: [_command(write) for write in unit.writes()]


def lines_of(text: str) -> str:
    """The text with line ends for `\\n`."""
    return text.replace("\\n", "\n")


def _command(write: Write) -> str:
    """`3=0`: outlet and state."""
    outlet = write.oid.rpartition(".")[2]
    return f"{outlet}={write.value}"


def named(handler_folder: Path, form: str) -> str:
    """What names the handler in a command line: the path of its folder, of its file, or of an
    archive, which is packed here, perhaps with `:MODULE`.
    """
    if form == "folder":
        return str(handler_folder)
    if form == "file":
        return str(handler_folder / "my_handler.py")
    archive = packed(handler_folder)
    return str(archive) if form == "archive" else f"{archive}:{form}"


def _result(line: str, handler: str, host: str) -> list[str]:
    """Exit code, output and errors of one run; a fourth text if a secret is shown."""
    word, _, rest = line.partition(" ")
    words = shlex.split(rest)
    if word == "run":
        words[1:1] = ["HANDLER", "HOST"]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = root.run([word.replace("HANDLER", handler).replace("HOST", host) for word in words])
    texts = [_stable(text.getvalue(), host) for text in (out, err)]
    if any(secret in text for text in texts for secret in _SECRETS):
        texts.append("A SECRET IS SHOWN")
    return [str(code), *texts]


def _stable(text: str, host: str) -> str:
    """The text without what differs from run to run, and each run of blanks as one."""
    text = text.replace(host, "HOST").replace(host.rpartition(":")[2], "PORT")
    text = re.sub(r"\b[0-9.]+(?= ?s\b)|(?<=time=)[0-9.]+", "N", text)
    text = re.sub(r"(?<= )[0-9]\.[0-9]{2}\b", "N", text)  # the seconds of a PDU in a table
    return re.sub(" +", " ", text.strip("\n").replace("\n\n", "\n")).replace("\n", "\\n")


def shown(case: Case) -> str:
    """What the runs of a case end with."""
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr(switching, "AGAIN_S", 0.0)
        for name, value in _ENVIRONMENT.items():
            patch.setenv(name, value)
        return PageRuns(case.left.split(TABLE.separator), patch).results(Path(directory))
