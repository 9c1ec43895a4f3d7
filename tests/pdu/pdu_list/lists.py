"""Lists of PDUs and files of logins: what the lines of lists.txt mean, and those of other tables
whose runs need files.

A line is the owner's files, and what is done with them. They are read, which gives

    PDUS | LOGINS | WARNINGS

or why they are refused. `repeats` gives only which names are one PDU, and `logins` reads their file
alone. Of `pdu WORDS`, of which each is a run, a line says

    EXIT CODE | OUTPUT | ERRORS

with ` // ` between runs and ` / ` between lines; times are S, HANDLERS the names of all handlers,
and s3cret is a secret, which must not be shown. The files:

    row TEXT                  of the list, below its head; `\\xNN` stands for a character
    head TEXT                 in place of name,handler,address,auth,settings,metered
    toml TEXT                 a line of a list in TOML
    login TEXT                a line of logins.toml
    file NAME TEXT            another file, which only its owner may read
    mode NAME OCTAL           who may read and write a file
    in ENCODING               of the list, in place of UTF-8
    at PLACE                  the list is PLACE/pdus.csv, with its logins beside it
    NAME=VALUE                a variable of the environment

In words and values, LIST is the path of the list, and FOLDER that of its folder. No host name has
an address.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from pathlib import Path

import pytest

from handlers import registry
from handlers.shared.errors import SettingsError
from pdu import root
from pdu.pdu_list import logins as auth
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.reading.owner_files import OwnerFiles
from tests import name_server
from tests.pdu.monitoring.halls import private
from tests.tables import Case, Table, characters

TABLE = Table(Path(__file__).with_suffix(".txt"))
SECRET = "s3cret"


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    head = "name,handler,address,auth,settings,metered"
    rows: list[str] = []
    toml: list[str] = []
    logins: list[str] = []
    modes: dict[str, int] = {}
    environment: dict[str, str] = {}
    runs: list[list[str]] = []
    reading, encoding, place = "", "utf-8", ""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for change in case.left.split(TABLE.separator):
            word, _, rest = change.partition(" ")
            if word == "row":
                rows.append(characters(rest))
            elif word == "head":
                head = rest
            elif word == "toml":
                toml.append(rest)
            elif word == "login":
                logins.append(characters(rest))
            elif word == "file":
                name, _, text = rest.partition(" ")
                private(Path(folder, name), f"{text}\n")
            elif word == "mode":
                file_name, octal = rest.split()
                modes[file_name] = int(octal, 8)
            elif word == "in":
                encoding = rest
            elif word == "at":
                place = rest
            elif word == "pdu":
                runs.append(rest.split())
            elif word in ("repeats", "logins"):
                reading = word
            else:
                name, equals, value = change.partition("=")
                assert equals and name.isupper(), change
                environment[name] = value
        path = Path(folder, "list.toml" if toml else "list.csv")
        if place:
            path = Path(folder, place, "pdus.csv")
            path.parent.mkdir(parents=True)
        lines = toml or [head, *rows]
        path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
        if logins:
            private(path.with_name("logins.toml"), "".join(f"{line}\n" for line in logins))
        for file_name, mode in modes.items():
            Path(folder, file_name).chmod(mode)
        for key in [key for key in os.environ if key.startswith(("PDU_", "XDG_"))]:
            patch.delenv(key)
        patch.setenv("HOME", folder)
        name_server.take_away(patch)
        for key, value in environment.items():
            patch.setenv(key, _with_path(value, path))
        if runs:
            text = " // ".join(_run(words, path) for words in runs)
        else:
            text = _files_text(path, reading)
    assert SECRET not in text
    text = text.replace(", ".join(registry.names()), "HANDLERS").replace(folder, "FOLDER")
    return " / ".join(text.strip().splitlines())


def _files_text(path: Path, reading: str) -> str:
    """What the files hold, or why they are refused."""
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors):
        try:
            if reading == "logins":
                read_logins = auth.read_logins(str(path.with_name("logins.toml")))
                return "; ".join(map(_login_text, read_logins.values()))
            files = OwnerFiles(list=str(path)).files().without_faults()
        except SettingsError as error:
            return f"refused: {error.reason}"
    warnings = _one_line(errors.getvalue())
    if reading == "repeats":
        pairs = [f"{name} is {other_name}" for name, other_name in files.repeated.items()]
        return f"{', '.join(pairs)} | {warnings}"
    pdus = "; ".join(map(_pdu_text, files.devices))
    return f"{pdus} | {'; '.join(map(_login_text, files.auths.values()))} | {warnings}"


def _pdu_text(pdu: ListedPdu) -> str:
    words = [pdu.name, pdu.handler, pdu.address]
    if pdu.auth:
        words.append(f"auth={pdu.auth}")
    words += [f"{key}={value}" for key, value in pdu.settings]
    if pdu.metered:
        words.append("metered")
    return " ".join(words)


def _login_text(login: auth.DeviceLogin) -> str:
    """A login; of its secrets, the keys of those with the right value."""
    words = [login.name, *(f"{key}={value}" for key, value in login.settings.items())]
    words += [key for key, value in login.secrets.items() if value == SECRET]
    return " ".join(words)


def _with_path(text: str, path: Path) -> str:
    """The text with the path of the list for LIST, and of its folder for FOLDER."""
    return text.replace("LIST", str(path)).replace("FOLDER", str(path.parent))


def _run(words: list[str], path: Path) -> str:
    """What a run ends with."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = root.run([_with_path(characters(word), path) for word in words])
    return f"{code} | {_one_line(out.getvalue())} | {_one_line(err.getvalue())}"


def _one_line(text: str) -> str:
    """A text of several lines in one; times are S."""
    text = re.sub(r"(time=|\bin )[0-9.]+ ?s\b", r"\1S", text)
    return " / ".join(" ".join(line.split()) for line in text.splitlines())


if __name__ == "__main__":
    for table in map(Path, sys.argv[1:] or [str(TABLE.path)]):
        Table(table).write(shown)
