"""Names of the owner's list in place of HANDLER HOST, in commands of one PDU."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.shell_completion import ShellComplete

from handlers import registry
from pdu import root
from tests.pdu.monitoring.halls import line, login, private
from tests.pdu.running import run
from tests.peers import PEERS, Peer


class Rack(NamedTuple):
    """A folder with a list and its logins, and the simulated PDUs by their names."""

    folder: Path
    peers: dict[str, Peer]

    @property
    def list(self) -> str:
        return str(self.folder / "pdus.csv")


def address(peer: Peer) -> str:
    return f"{peer.address}:{peer.snmp.get('port') or peer.settings['port']}"


@pytest.fixture(scope="module")
def running() -> Iterator[dict[str, Peer]]:
    with PEERS["snmp"]() as snmp, PEERS["nut"]() as nut, PEERS["raritan"]() as raritan:
        yield {"left": snmp, "right": nut, "top": raritan}


@pytest.fixture
def rack(running: dict[str, Peer], tmp_path: Path) -> Rack:
    new_rack = Rack(tmp_path, running)
    rows = [line(tmp_path, peer, name) for name, peer in running.items()]
    Path(new_rack.list).write_text("\n".join(["name,handler,address,auth,settings", *rows, ""]))
    logins = [login(peer, name) for name, peer in running.items()]
    private(tmp_path / "logins.toml", "".join(logins))
    return new_rack


@pytest.fixture
def listed(rack: Rack, monkeypatch: pytest.MonkeyPatch) -> Rack:
    monkeypatch.setenv("PDU_LIST", rack.list)
    return rack


@pytest.mark.parametrize("place", ["option", "home", "config"])
def test_where_the_list_is_found(
    place: str, rack: Rack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PDU_LIST")
    monkeypatch.setenv("HOME", str(rack.folder))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    options: list[str] = []
    if place == "option":
        options = ["--list", rack.list, "--auth", str(rack.folder / "logins.toml")]
    else:
        home = rack.folder / (".config/pdu" if place == "home" else "own/pdu")
        if place == "config":
            monkeypatch.setenv("XDG_CONFIG_HOME", str(rack.folder / "own"))
        home.mkdir(parents=True)
        for file in list(rack.folder.glob("*.*")):
            if file.is_file():
                file.rename(home / file.name)
    code, out, err = run(capsys, "status", "left", *options)
    assert (code, err) == (0, "") and out.startswith("status of left (")


def test_a_name_switches_and_a_typed_setting_comes_before_the_list(
    listed: Rack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdu.reading.outlet_power.AGAIN_S", 0.0)
    first, second, *_ = listed.peers["left"].books().states
    code, out, _ = run(capsys, "off", "left", f"{first}-{second}", "--yes", "--timeout", "9")
    assert code == 0 and f"outlet {second} of left ({address(listed.peers['left'])}) is off" in out
    states = listed.peers["left"].books().states
    assert not states[first] and not states[second]
    assert run(capsys, "on", "left", f"{first},{second}", "--yes")[0] == 0
    code, _, err = run(capsys, "status", "left", "-s", "port=1", "--timeout", "0.2")
    assert code == 3 and err.startswith("unreachable: left (")


def test_what_is_not_clear_switches_nothing(
    listed: Rack, capsys: pytest.CaptureFixture[str]
) -> None:
    states = listed.peers["right"].books().states
    code, _, err = run(capsys, "off", "right", "1", "98-99", "--yes")
    assert code == 7 and "the PDU has no outlet '98', of '98-99'" in err
    assert listed.peers["right"].books().states == states


@pytest.mark.parametrize(
    "words, sentence",
    [
        (
            ["status", "lft"],
            f"'lft' is neither a handler ({', '.join(registry.names())}) nor a PDU of",
        ),
        (["status", "lft"], "; did you mean left?"),
        (["status", "left", "192.0.2.8"], "give names alone, or HANDLER and addresses"),
        (["record", "lft"], "did you mean left?"),
    ],
)
def test_a_word_that_is_no_name_is_said(
    words: list[str], sentence: str, listed: Rack, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "") and sentence in err


def test_a_name_that_is_also_a_host_or_a_handler_is_said(
    listed: Rack, capsys: pytest.CaptureFixture[str]
) -> None:
    with open(listed.list, "a", encoding="utf-8") as file:
        file.write("snmp,snmp,192.0.2.8,left,\n")
    _, _, err = run(capsys, "status", "snmp", "left", "--secret-file", "community=/dev/null")
    handler_note, host_note, _ = err.splitlines()
    assert handler_note == f"note: 'snmp' is a handler here, and no PDU of {listed.list}"
    assert host_note.startswith("note: 'left' is a host name here; `pdu status left` means the PDU")


def test_an_address_needs_no_list_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pdus.csv"
    path.write_text("name,handler\n", "utf-8")
    monkeypatch.setenv("PDU_LIST", str(path))
    monkeypatch.setenv("PDU_PASSWORD", "p")
    code, _, err = run(capsys, "identify", "127.0.0.1:9")
    assert code != 2 and "note: names of PDUs are not known: " in err


def test_a_list_without_a_pdu_in_its_usual_place_is_no_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pdu").mkdir()
    (tmp_path / "pdu" / "pdus.csv").write_text("name,handler,address\n", "utf-8")
    monkeypatch.delenv("PDU_LIST")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    code, _, err = run(capsys, "status", "left")
    assert code == 2 and "the name of a PDU needs its list (--list FILE" in err
    monkeypatch.setenv("PDU_LIST", str(tmp_path / "pdu" / "pdus.csv"))
    assert "no PDU in it" in run(capsys, "status", "left")[2]


@pytest.mark.parametrize(
    "words, incomplete, completions",
    [
        (["status"], "", [*registry.names(), "left", "right", "top"]),
        (["off"], "le", ["left"]),
        (["status", "left"], "r", ["right"]),
        (["prove"], "to", ["top"]),
    ],
)
def test_a_shell_completes_names(
    words: list[str], incomplete: str, completions: list[str], listed: Rack
) -> None:
    shell = ShellComplete(root.ROOT, {}, "pdu", "_")
    assert [item.value for item in shell.get_completions(words, incomplete)] == completions


@pytest.mark.parametrize(
    "word, name, confused",
    [
        ("АА1", "AA1", "it has Cyrillic letters: did you mean 'AA1'?"),
        ("фф1", "aa1", "it has Cyrillic letters: did you mean 'aa1'?"),
        ("r1–left", "r1-left", "it has dashes or digits of another form: did you mean 'r1-left'?"),
        ("r１", "r1", "it has dashes or digits of another form: did you mean 'r1'?"),
        ("AA1", "АА1", "did you mean 'АА1', which has Cyrillic letters?"),
    ],
)
@pytest.mark.parametrize("command", ["off", "status", "check"])
def test_a_look_alike_of_a_name_is_named_and_never_taken_for_it(
    command: str,
    word: str,
    name: str,
    confused: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "pdus.csv"
    path.write_text(f"name,handler,address\n{name},netio,127.0.0.1:9\nr9,netio,127.0.0.1:10\n")
    outlet = ["1", "--yes"] if command == "off" else []
    code, out, err = run(capsys, command, word, *outlet, "--list", str(path))
    assert (code, out) == (2, "") and confused in err, err


def test_a_name_with_blanks_that_has_no_quotes_and_two_names_in_one_word_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pdus.csv"
    path.write_text("name,handler,address\nrack 1,netio,127.0.0.1:9\nr2,netio,127.0.0.1:10\n")
    for words, advice in (
        (("rack", "1"), "a name with blanks needs quotes, as in 'rack 1'"),
        (("rack 1,r2",), "give several names with spaces between them"),
    ):
        code, out, err = run(capsys, "status", *words, "--list", str(path))
        assert (code, out) == (2, "") and advice in err
