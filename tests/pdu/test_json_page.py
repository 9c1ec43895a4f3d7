"""What `--json` prints is an interface: each document has the keys of docs/json.md, of the types
that the page says, also where a PDU cannot be read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from handlers.registry import names
from pdu import root
from pdu.cli.exit_codes import code_of
from pdu.outlets import switching
from pdu.reading import outlet_record
from pdu.reading.figures import OUTLET_FIGURES
from tests.needs import ROOT
from tests.pdu.monitoring.halls import line as list_line, login, private
from tests.pdu.running import use_login
from tests.servers.peers import PEERS

PAGE = (ROOT / "docs" / "json.md").read_text("utf-8")
_FAILS = "each that fails"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "number or null": (int, float, type(None)),
    "true or false": (bool,),
}


class Promise(NamedTuple):
    """A key of the page, and what it may hold."""

    path: str
    types: tuple[type, ...]


def promises() -> Mapping[str, Sequence[Promise]]:
    """The promises of each command. A row without commands continues the one above it."""
    promises_by_command: dict[str, list[Promise]] = {}
    commands: Sequence[str] = ()
    for row in re.findall(r"(?m)^\|(.*)\|$", PAGE)[2:]:
        first, keys, kind = (cell.strip() for cell in row.split("|"))
        if first == _FAILS:
            commands = [_FAILS]
        elif first:
            commands = re.findall(r"`([a-z]+)`", first)
        for path in re.findall(r"`([^`]+)`", keys.partition(":")[0]):
            for command in commands:
                promise = Promise(path, _TYPES[kind])
                promises_by_command.setdefault(command, []).append(promise)
    return promises_by_command


PROMISES = promises()


def values(document: Any, path: str) -> list[Any]:
    """What the document has at the path: `a[].b` is the `b` of each member of the list `a`."""
    key, _, rest = path.partition(".")
    member = document[key.removesuffix("[]")]
    members = member if key.endswith("[]") else [member]
    if not rest:
        return members
    return [value for part in members for value in values(part, rest)]


def keep(command: str, document: Any) -> None:
    """Assert that the document has what the page promises of the command."""
    for promise in PROMISES[command]:
        for value in values(document, promise.path):
            assert type(value) in promise.types, (command, promise.path, value)


def printed(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    """The document of a command, which must end with this exit code."""
    assert root.run([*words, "--json"]) == code, words
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", names())
def test_a_document_has_what_the_page_promises(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(switching, "AGAIN_S", 0.0)
    with PEERS[name]() as peer:
        # its password is none of the other PDU's in the list below
        with monkeypatch.context() as environment:
            words = (name, peer.address, *use_login(environment, peer))
            for command in ("status", "statistic", "outlets"):
                keep(command, printed(capsys, command, *words))
            identity = printed(capsys, "status", *words)["outlets"][0]["identity"]
            for command in ("off", "on"):
                keep(command, printed(capsys, command, *words, identity, "--yes"))
            keep("cycle", printed(capsys, "cycle", *words, identity, "--yes", "--pause", "0"))
            for command in ("off", "cycle"):
                line = (command, *words, "no-such-outlet", "--yes")
                keep(_FAILS, printed(capsys, *line, code=code_of("no-such-outlet")))

        private(tmp_path / "logins.toml", login(peer))
        rows = [list_line(tmp_path, peer), "absent,netio,127.0.0.1:9,,scheme=http"]
        fleet = tmp_path / "list.csv"
        fleet.write_text("\n".join(["name,handler,address,auth,settings", *rows, ""]))
        files = ("--auth", str(tmp_path / "logins.toml"))
        keep("check", printed(capsys, "check", str(fleet), *files, code=2))
        where = ("where", "--list", str(fleet), *files)
        keep("where", printed(capsys, *where, code=code_of("unreachable")))


@pytest.mark.parametrize("command", ["status", "statistic", "outlets"])
def test_the_error_of_a_pdu_that_cannot_be_read_has_what_the_page_promises(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(_FAILS, printed(capsys, command, "nut", "127.0.0.1:9", code=code_of("unreachable")))


@pytest.mark.parametrize("command", outlet_record.KEYS)
def test_the_page_and_the_record_of_an_outlet_have_the_same_keys(command: str) -> None:
    known_keys = {*outlet_record.TEXTS, *(row.key for row in OUTLET_FIGURES)}
    outlet_paths = [promise.path for promise in PROMISES[command] if "outlets[]." in promise.path]
    page_keys = {path.rpartition("outlets[].")[2] for path in outlet_paths}
    assert page_keys & known_keys == set(outlet_record.KEYS[command])


def test_each_command_of_the_page_is_tried() -> None:
    tried = {"status", "statistic", "outlets", "off", "on", "cycle", "check", "where"}
    assert set(PROMISES) == {*tried, _FAILS}


@pytest.mark.parametrize(
    "document, error",
    [({"outlets": [{"sent": 1}]}, AssertionError), ({"outlets": [{}]}, KeyError)],
)
def test_a_key_that_is_gone_or_has_another_type_is_found(
    document: Any, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [promise for promise in PROMISES["off"] if promise.path == "outlets[].sent"]
    monkeypatch.setattr(f"{__name__}.PROMISES", {"off": sent})
    with pytest.raises(error):
        keep("off", document)
