"""The owner's files for every product: as arguments, as options, missing, one too many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from handlers import registry
from handlers.shared.errors import SettingsError
from pdu.core.cli.error_output import Usage
from pdu.core.cli.options import RunOptions
from pdu.pdus.names import PduCommand
from pdu.site import owner_files
from pdu.site.drawing import drawing_file
from pdu.site.owner_files import DRAWING, LIST, OwnerFiles
from tests.pdu.running import run
from tests.pdu.test_dialect import command_of
from tests.pdu.test_help import EVERY

HALL = """
[[feed]]
name = "A"

[[machine]]
name = "row1/m1"
cords = ["left/1"]

[[machine]]
name = "row1/m2"
cords = ["left/2"]
protected = true

[[machine]]
name = "db,1"
cords = ["left/3"]

[[pdu]]
name = "left"
inputs = ["A"]
"""
# command -> why it reads a list that is no argument
OPTION_ONLY = {
    "plan import": "its arguments are the files that it imports",
    "fence": "Pacemaker gives names and values, no arguments",
    "machine verify": "it has several names, of which the last may be the file of the list",
}


def of_one_pdu(path: tuple[str, ...]) -> bool:
    """Whether a command is for one PDU, which the list may name."""
    return isinstance(command_of(path), PduCommand) or path[0] in (*registry.names(), "identify")


def of(*files: str, **options: Any) -> OwnerFiles:
    """The site of `[DRAWING] [LIST]`."""
    words = dict(zip(("drawing_word", "list_word"), (*files, None, None)))
    return OwnerFiles.of({**words, **options}, RunOptions())


@pytest.mark.parametrize(
    "made",
    [
        of("d", "l"),
        of("d", list="l"),
        of("l", drawing="d"),
        of(drawing="d", list="l"),
    ],
)
def test_each_file_is_an_argument_or_an_option(made: OwnerFiles) -> None:
    assert (made.drawing, made.list) == ("d", "l")


def test_an_argument_too_many_and_a_missing_file_are_refused() -> None:
    with pytest.raises(Usage, match="one argument too many"):
        of("d", "l", list="l")
    with pytest.raises(Usage, match="--drawing FILE"):
        OwnerFiles.of({}, RunOptions(), [LIST, DRAWING][1:])


def test_without_a_drawing_the_first_argument_is_the_list() -> None:
    options = {"drawing_word": "l", "list_word": None}
    made = OwnerFiles.of(options, RunOptions(), but=[DRAWING])
    assert (made.drawing, made.list) == (None, "l")


def test_every_command_that_reads_a_list_takes_it_as_an_argument_too() -> None:
    found = {}
    for path in EVERY:
        params = command_of(path).params
        listed = any(isinstance(one, click.Option) and "--list" in one.opts for one in params)
        if listed and not of_one_pdu(path):
            found[" ".join(path)] = any(
                one.name == "list_word" or (one.metavar or "").startswith("[LIST ")
                for one in params
            )
    assert {name for name, has in found.items() if not has} == set(OPTION_ONLY)
    assert {"check", "exporter", "meter", "nut-driver", "gateway", "machine off"} < set(found)
    assert {"rehearse", "plan check"} < set(found)


@pytest.mark.parametrize(
    "words, said",
    [
        (["check"], "give the list of PDUs: --list FILE"),
        (["meter", "--into", "x"], "give the list of PDUs: --list FILE"),
        (["nut-driver"], "give the list of PDUs: --list FILE"),
        (["gateway", "l.csv", "--clients", "c"], "give the hall's drawing: --drawing FILE"),
        (["machine", "status", "m"], "give the hall's drawing: --drawing FILE"),
        (["plan", "check"], "give the hall's drawing: --drawing FILE"),
        (["check", "a", "--list", "b"], "'a' is one argument too many"),
        (["check", "gone.csv"], "gone.csv cannot be read"),
        (["check", "--list", "gone.csv"], "gone.csv cannot be read"),
    ],
)
def test_products_say_the_same_of_a_missing_file(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "") and said in err


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list that is known by PDU_LIST, with its logins beside it. Nothing answers its PDU."""
    (tmp_path / "lists").mkdir()
    path = tmp_path / "lists" / "hall.csv"
    path.write_text("name,handler,address,auth,settings\nleft,snmp,127.0.0.1:9,a,timeout=0.2\n")
    (tmp_path / "lists" / "logins.toml").write_text('[auth.a]\ncommunity = "public"\n')
    (tmp_path / "lists" / "logins.toml").chmod(0o600)
    (tmp_path / "hall.power.toml").write_text(HALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PDU_LIST", str(path))
    return path


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--workers", "1"],
        ["meter", "--into", "readings", "--rounds", "1"],
        ["nut-driver", "--ups-conf"],
        ["rehearse", "hall.power.toml", "--fail", "feed:A"],
        ["plan", "check", "hall.power.toml"],
        ["machine", "status", "row1/m1", "--drawing", "hall.power.toml"],
        ["gateway", "--drawing", "hall.power.toml", "--clients", "gone.toml"],
        ["exporter", "--listen", "nowhere"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_list_that_is_known_is_that_of_many_pdus_too_and_said(
    words: list[str], known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    owner_files._warn.cache_clear()
    _, out, err = run(capsys, *words)
    logins = known.with_name("logins.toml")
    assert f"note: the list of PDUs is {known}, with the logins of {logins}\n" in err, err
    assert "give the list" not in err and "unknown login" not in out + err


def test_a_given_list_is_not_said_and_has_its_own_logins(
    known: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_LIST", "gone.csv")
    given = OwnerFiles(list=str(known))
    assert given.add_known_list() is given
    assert given.files().auths["a"].secrets == {"community": "public"}
    monkeypatch.setenv("PDU_AUTH", "gone.toml")
    with pytest.raises(SettingsError, match="gone.toml cannot be read"):
        given.files()
    # a file that no PDU needs is not read
    known.write_text("name,handler,address\nleft,snmp,127.0.0.1:9\n")
    assert given.files().auths == {}
    assert capsys.readouterr().err == ""


def test_saved_readings_need_no_list(
    known: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "saved.json").write_text("{}")
    words = ("rehearse", "hall.power.toml", "--readings", "saved.json", "--fail", "feed:A")
    assert str(known) not in run(capsys, *words)[2]


@pytest.fixture(scope="module")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path: Path = tmp_path_factory.mktemp("site") / "hall.power.toml"
    path.write_text(HALL)
    return drawing_file.read_drawing(str(path))


@pytest.mark.parametrize(
    "values, names",
    [
        (["row1/m2", "row1/m1"], ["row1/m1", "row1/m2"]),
        (["row1/*"], ["row1/m1", "row1/m2"]),
        (["row1/m2, db*"], ["row1/m2", "db,1"]),
        (["db,1"], ["db,1"]),
        ([], []),
    ],
)
def test_machines_are_named_or_match_a_pattern(
    values: list[str], names: list[str], drawing: Any
) -> None:
    assert [one.name for one in owner_files.select_machines(drawing, values)] == names


def test_a_machine_that_nobody_drew_and_a_protected_one_are_refused(drawing: Any) -> None:
    with pytest.raises(Usage, match="'row2.m1': no machine has such a name; did you mean row1/m1"):
        owner_files.select_machines(drawing, ["row1/m1,row2/m1"])
    with pytest.raises(Usage, match="'xyz': no machine has such a name; it has row1/m1, "):
        owner_files.select_machines(drawing, ["xyz"])
    with pytest.raises(SettingsError, match="has no machine 'x'; it has row1/m1, row1/m2, db,1"):
        owner_files.machine(drawing, "x")
    with pytest.raises(SettingsError, match="'row1/m2' is protected"):
        owner_files.require_unprotected(owner_files.machine(drawing, "row1/m2"))
