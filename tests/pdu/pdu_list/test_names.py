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
def listed_rack(rack: Rack, monkeypatch: pytest.MonkeyPatch) -> Rack:
    monkeypatch.setenv("PDU_LIST", rack.list)
    return rack


def _move_files(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for file in list(source.glob("*.*")):
        if file.is_file():
            file.rename(target / file.name)


@pytest.fixture
def elsewhere(rack: Rack, monkeypatch: pytest.MonkeyPatch) -> Rack:
    """The rack, with a home folder, and with no variable that names the list."""
    monkeypatch.delenv("PDU_LIST")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(rack.folder))
    return rack


def test_an_option_names_the_list(elsewhere: Rack, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--list", elsewhere.list, "--auth", str(elsewhere.folder / "logins.toml")]
    code, out, err = run(capsys, "status", "left", *options)
    assert (code, err) == (0, "")
    assert out.startswith("status of left (")


def test_the_list_is_found_in_the_home_folder(
    elsewhere: Rack, capsys: pytest.CaptureFixture[str]
) -> None:
    _move_files(elsewhere.folder, elsewhere.folder / ".config" / "pdu")
    code, out, err = run(capsys, "status", "left")
    assert (code, err) == (0, "")
    assert out.startswith("status of left (")


def test_the_list_is_found_in_the_folder_of_settings(
    elsewhere: Rack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(elsewhere.folder / "own"))
    _move_files(elsewhere.folder, elsewhere.folder / "own" / "pdu")
    code, out, err = run(capsys, "status", "left")
    assert (code, err) == (0, "")
    assert out.startswith("status of left (")


def test_a_name_switches(
    listed_rack: Rack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdu.reading.outlet_power.AGAIN_S", 0.0)
    peer = listed_rack.peers["left"]
    first, second, *_ = peer.books().states

    code, out, _ = run(capsys, "off", "left", f"{first}-{second}", "--yes", "--timeout", "9")
    assert code == 0
    assert f"outlet {second} of left ({address(peer)}) is off" in out
    states = peer.books().states
    assert not states[first]
    assert not states[second]

    code, _, _ = run(capsys, "on", "left", f"{first},{second}", "--yes")
    assert code == 0


def test_a_typed_setting_comes_before_that_of_the_list(
    listed_rack: Rack, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "status", "left", "-s", "port=1", "--timeout", "0.2")
    assert code == 3
    assert err.startswith("unreachable: left (")


def test_what_is_not_clear_switches_nothing(
    listed_rack: Rack, capsys: pytest.CaptureFixture[str]
) -> None:
    states = listed_rack.peers["right"].books().states
    code, _, err = run(capsys, "off", "right", "1", "98-99", "--yes")
    assert code == 7
    assert "the PDU has no outlet '98', of '98-99'" in err
    assert listed_rack.peers["right"].books().states == states


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
    words: list[str], sentence: str, listed_rack: Rack, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert sentence in err


def test_a_name_that_is_also_a_host_or_a_handler_is_said(
    listed_rack: Rack, capsys: pytest.CaptureFixture[str]
) -> None:
    with open(listed_rack.list, "a", encoding="utf-8") as file:
        file.write("snmp,snmp,192.0.2.8,left,\n")
    _, _, err = run(capsys, "status", "snmp", "left", "--secret-file", "community=/dev/null")
    handler_note, host_note, _ = err.splitlines()
    assert handler_note == f"note: 'snmp' is a handler here, and no PDU of {listed_rack.list}"
    assert host_note.startswith("note: 'left' is a host name here; `pdu status left` means the PDU")


def test_an_address_needs_no_list_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pdus.csv"
    path.write_text("name,handler\n", "utf-8")
    monkeypatch.setenv("PDU_LIST", str(path))
    monkeypatch.setenv("PDU_PASSWORD", "p")
    code, _, err = run(capsys, "identify", "127.0.0.1:9")
    assert code != 2
    assert "note: names of PDUs are not known: " in err


def test_a_list_without_a_pdu_in_its_usual_place_is_no_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pdu").mkdir()
    (tmp_path / "pdu" / "pdus.csv").write_text("name,handler,address\n", "utf-8")
    monkeypatch.delenv("PDU_LIST")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    code, _, err = run(capsys, "status", "left")
    assert code == 2
    assert "the name of a PDU needs its list (--list FILE" in err

    monkeypatch.setenv("PDU_LIST", str(tmp_path / "pdu" / "pdus.csv"))
    _, _, err = run(capsys, "status", "left")
    assert "no PDU in it" in err


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
    words: list[str], incomplete: str, completions: list[str], listed_rack: Rack
) -> None:
    shell = ShellComplete(root.ROOT, {}, "pdu", "_")
    assert [item.value for item in shell.get_completions(words, incomplete)] == completions


@pytest.mark.parametrize(
    "typed_name, listed_name, advice",
    [
        pytest.param(
            "АА1", "AA1", "it has Cyrillic letters: did you mean 'AA1'?", id="Cyrillic letters"
        ),
        pytest.param(
            "фф1", "aa1", "it has Cyrillic letters: did you mean 'aa1'?", id="Russian layout"
        ),
        pytest.param(
            "r1–left",
            "r1-left",
            "it has dashes, digits or quotes of another form: did you mean 'r1-left'?",
            id="a dash",
        ),
        pytest.param(
            "r１",
            "r1",
            "it has dashes, digits or quotes of another form: did you mean 'r1'?",
            id="a full-width digit",
        ),
        pytest.param(
            "AA1", "АА1", "did you mean 'АА1', which has Cyrillic letters?", id="in the list"
        ),
    ],
)
@pytest.mark.parametrize("command", ["off", "status", "check"])
def test_a_look_alike_of_a_name_is_named_and_never_taken_for_it(
    command: str,
    typed_name: str,
    listed_name: str,
    advice: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "pdus.csv"
    path.write_text(f"""name,handler,address
{listed_name},netio,127.0.0.1:9
r9,netio,127.0.0.1:10
""")
    outlet = ["1", "--yes"] if command == "off" else []
    code, out, err = run(capsys, command, typed_name, *outlet, "--list", str(path))
    assert (code, out) == (2, ""), err
    assert advice in err


@pytest.mark.parametrize(
    "words, advice",
    [
        pytest.param(
            ("rack", "1"), "a name with blanks needs quotes, as in 'rack 1'", id="no quotes"
        ),
        pytest.param(
            ("rack", "1", "left"),
            "a name with blanks needs quotes, as in 'rack 1 left'",
            id="no quotes around three words",
        ),
        pytest.param(
            ("rack 1,r2",), "give several names with spaces between them", id="two in one word"
        ),
    ],
)
def test_a_name_with_blanks_that_has_no_quotes_and_two_names_in_one_word_are_told(
    words: tuple[str, ...], advice: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pdus.csv"
    rows = "rack 1,netio,127.0.0.1:9\nrack 1 left,netio,127.0.0.1:11\nr2,netio,127.0.0.1:10\n"
    path.write_text(f"name,handler,address\n{rows}")
    code, out, err = run(capsys, "status", *words, "--list", str(path))
    assert (code, out) == (2, ""), err
    assert advice in err
