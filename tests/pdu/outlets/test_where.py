"""`pdu where`: the outlets of a name in all PDUs of a list, and the PDUs that cannot tell."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdu import root
from pdu.cli.exit_codes import code_of
from pdu.pdu_list.login_options import Login
from tests.ports import reserved
from tests.simulators import netio
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer

SETTINGS = "scheme=http;timeout=20"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A list of two PDUs with a server on both, whose login is in the environment."""
    monkeypatch.setenv("PDU_USERNAME", USER)
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)
    left_pdu = netio.SimulatedPdu()
    left_pdu.names.update({1: "web-7", 2: "db 1"})
    left_pdu.on[1] = True
    right_pdu = netio.SimulatedPdu()
    right_pdu.names.update({1: "other", 3: "Web-7"})
    right_pdu.on[3] = False
    path = tmp_path / "pdus.csv"
    with HttpServer(left_pdu) as left_server, HttpServer(right_pdu) as right_server:
        path.write_text(f"""name,handler,address,settings
r1-left,netio,127.0.0.1:{left_server.port},{SETTINGS}
r1-right,netio,127.0.0.1:{right_server.port},{SETTINGS}
""")
        yield path


def searched(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any]:
    """The exit code and the document of `pdu where --json`."""
    code = root.run(["where", *map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def found(document: Any) -> list[tuple[str, str, str, str]]:
    """PDU, identity, name and state of each outlet of the document."""
    keys = ("pdu", "identity", "name", "state")
    return [tuple(outlet[key] for key in keys) for outlet in document["outlets"]]


def test_a_name_is_found_in_every_pdu(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = searched(capsys, "web-7", "--list", files)
    assert code == 0
    assert found(document) == [
        ("r1-left", "1", "web-7", "on"),
        ("r1-right", "3", "Web-7", "off"),
    ]
    assert document["missing"] == []
    assert document["unread"] == []


def test_the_outlets_of_a_name_are_switched_off_by_the_lines_that_are_printed(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert root.run(["where", "web-7", "--list", str(files)]) == 0
    *_, left_line, right_line = capsys.readouterr().out.splitlines()
    assert right_line == f"switch off: pdu off r1-right 3 --list {files}"
    assert root.run([*shlex.split(left_line)[3:], "--yes"]) == 0
    assert "outlet 1 of r1-left" in capsys.readouterr().out
    assert root.run(["where", "--list", str(files)]) == 0
    assert "switch off" not in capsys.readouterr().out


def test_an_identity_with_a_hyphen_before_it_is_no_option(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = Login().command_line("off", "r1-left", "-1", options=["--list", str(files)])
    assert line == f"pdu off --list {files} -- r1-left -1"
    _, *words = shlex.split(line)
    words.insert(1, "--yes")
    assert root.run(words) == code_of("no-such-outlet")
    assert "'-1'" in capsys.readouterr().err


def test_without_a_name_all_names_are_listed(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = searched(capsys, "--list", files)
    assert code == 0
    names = {outlet["name"] for outlet in document["outlets"]}
    assert {"web-7", "db 1", "other", "Web-7"} <= names

    # the table has the same columns
    assert root.run(["where", "--list", str(files)]) == 0
    head, *_ = capsys.readouterr().out.splitlines()
    assert head.split() == list(document["outlets"][0])


def test_one_name_of_two_that_no_outlet_has_is_an_error(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = searched(capsys, "web-7", "web-8", "--list", files)
    assert code == 7


def test_a_name_that_no_outlet_has_is_an_error(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert root.run(["where", "web-8", "--list", str(files)]) == 7
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "no outlet of 2 PDUs has the name 'web-8'\n"


def test_a_pdu_that_cannot_be_read_is_named(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second supply of the server may be there: what was found is not all."""
    dead = f"r1-dead,netio,127.0.0.1:{reserved()},{SETTINGS}\n"
    files.write_text(files.read_text() + dead)

    code, document = searched(capsys, "web-7", "--list", files)
    assert code == 3
    assert len(document["outlets"]) == 2
    (unread_pdu,) = document["unread"]
    assert unread_pdu["pdu"] == "r1-dead"
    assert unread_pdu["kind"] == "unreachable"

    assert root.run(["where", "web-7", "--list", str(files)]) == 3
    err = capsys.readouterr().err
    assert "r1-dead: unreachable: " in err
    assert "1 PDU of 3 could not be read whole: what is sought may be there too" in err


def test_names_that_a_unit_does_not_tell_are_not_absent(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdu.loading.open_handler.OpenHandler.labels", lambda _: None)
    code, document = searched(capsys, "web-7", "--list", files)
    assert code == 8
    assert document["outlets"] == []
    reasons = [pdu["reason"] for pdu in document["unread"]]
    assert reasons == ["this handler reads no names of outlets"] * 2


def test_a_look_alike_of_a_name_is_named(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["where", "wеb–7", "--list", str(files)]) == 7
    err = capsys.readouterr().err
    assert "it has dashes, digits or quotes of another form: did you mean 'web-7'?" in err
