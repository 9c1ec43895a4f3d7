"""`pdu where`: the outlets of a name in all PDUs of a list, and the PDUs that cannot tell.

A line of where.txt is the PDUs of a list, each with its outlets, and runs of `pdu where`; of a run,
it says

    EXIT CODE | OUTPUT | ERRORS

with ` // ` between two, and ` / ` between lines. The PDUs and the runs:

    pdu NAME: NUMBER STATE TEXT, ...   a simulated unit with outlets of these names
    dead NAME                 a PDU that nothing answers
    nameless                  the handler reads no names
    where WORDS               `pdu where WORDS --list LIST`; `next N`: the Nth command of its output
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import tempfile
from pathlib import Path

import pytest

from handlers.shared.address import Address
from pdu import root
from pdu.cli.exit_codes import code_of
from pdu.cli.states import UNKNOWN, UP
from pdu.loading.handler_loading import LoadedHandler
from pdu.outlets import switching, where
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.pdu_list.login_options import Login
from pdu.pdu_list.logins import DeviceLogin
from pdu.reading.parts import PolledOutlet, Reading
from pdu.reading.polling import Target
from tests.ports import reserved
from tests.simulators import netio
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer
from tests.tables import Case, Table, characters

TABLE = Table(Path(__file__).with_name("where.txt"), operator=": ")


def shown(case: Case) -> str:
    """What each run of a case ends with, the right side of its line in where.txt: exit code, output
    and errors.
    """
    runs: list[str] = []
    rows = ["name,handler,address,settings"]
    with contextlib.ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        path = Path(stack.enter_context(tempfile.TemporaryDirectory()), "pdus.csv")
        for change in case.left.split(TABLE.separator):
            word, _, rest = change.partition(" ")
            name, _, outlets = rest.partition(": ")
            if word == "pdu":
                server = stack.enter_context(HttpServer(_unit(outlets)))
                rows.append(f"{name},netio,127.0.0.1:{server.port},scheme=http;timeout=20")
            elif word == "dead":
                rows.append(f"{name},netio,127.0.0.1:{reserved()},scheme=http;timeout=20")
            elif word == "nameless":
                patch.setattr("pdu.reading.open_handler.OpenHandler.labels", lambda _: None)
            else:
                runs.append(change)
        path.write_text("".join(f"{row}\n" for row in rows))
        patch.setenv("PDU_USERNAME", USER)
        patch.setenv("PDU_PASSWORD", PASSWORD)
        patch.setattr(switching, "AGAIN_S", 0.0)
        text = _results(runs, str(path)).replace(str(path), "LIST")
    for row in rows[1:]:
        name, _, address, _ = row.split(",")
        text = re.sub(rf"{address}\b", f"ADDRESS of {name}", text)
    return text


def _unit(outlets: str) -> netio.SimulatedPdu:
    """A unit with these outlets; the others are off, and have no names."""
    unit = netio.SimulatedPdu()
    unit.names.update(dict.fromkeys(unit.names, ""))
    unit.on.update(dict.fromkeys(unit.on, False))
    for outlet in outlets.split(", "):
        number, state, name = outlet.split(" ", 2)
        unit.names[int(number)] = characters(name)
        unit.on[int(number)] = state == "on"
    return unit


def _results(runs: list[str], path: str) -> str:
    """`EXIT CODE | OUTPUT | ERRORS` of each run with the list at `path`. The run `next N` is the
    Nth command line that the run before it printed.
    """
    results: list[str] = []
    printed_lines: list[list[str]] = []
    for run in runs:
        word, _, rest = run.partition(" ")
        words = [*shlex.split(characters(run)), "--list", path]
        if word == "next":
            words = printed_lines[int(rest) - 1]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = root.run(words)
        lines = re.findall(r": pdu (off .*)", out.getvalue())
        printed_lines = [[*shlex.split(line), "--yes"] for line in lines]
        parts = [str(code), _one_line(out.getvalue()), _one_line(err.getvalue())]
        results.append(" | ".join(parts))
    return " // ".join(results).strip()


def _one_line(text: str) -> str:
    """A text of several lines in one; JSON in its shortest form."""
    with contextlib.suppress(ValueError):
        text = json.dumps(json.loads(text))
    return " / ".join(" ".join(line.split()) for line in text.splitlines())


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_where(case: Case) -> None:
    case.check(shown(case))


def test_why_a_state_is_not_known_is_told_of_the_pdus_with_what_is_sought(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readings: dict[str, Reading] = {}
    for name, state in (("r1", UNKNOWN), ("r2", UP), ("r3", UNKNOWN)):
        outlets = [PolledOutlet("1", state, name="web"), PolledOutlet("2", UNKNOWN, name="db")]
        readings[name] = Reading(
            outlets=outlets, has_states=True, has_labels=True, warnings=[f"outlet 2: {name}"]
        )
    handler = LoadedHandler("x", "x", str, (), False)
    login = DeviceLogin("", {}, {})
    targets: list[Target] = []
    for name in readings:
        targets.append(Target(ListedPdu(name, "x", Address("192.0.2.1")), handler, login))
    monkeypatch.setattr(where, "_read_names", lambda _: list(readings.values()))
    result = where.search(["web"], targets)
    reasons = [{"pdu": name, "reason": f"outlet 2: {name}"} for name in ("r1", "r3")]
    assert where._document(result)["reasons"] == reasons
    assert list(where._notes(result, len(targets))) == ["r1: outlet 2: r1", "r3: outlet 2: r3"]


def test_an_identity_with_a_hyphen_before_it_is_no_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pdus.csv"
    with HttpServer(netio.SimulatedPdu()) as server:
        path.write_text(f"name,handler,address\nr1,netio,127.0.0.1:{server.port}\n")
        line = Login().command_line("off", "r1", "-1", options=["--list", str(path)])
        assert line == f"pdu off --list {path} -- r1 -1"
        _, *words = shlex.split(line)
        login = ["--username", USER, "--secret-file", f"password={_secret(tmp_path)}"]
        words[1:1] = ["--yes", "-s", "scheme=http", *login]
        assert root.run(words) == code_of("no-such-outlet")
    assert "'-1'" in capsys.readouterr().err


def _secret(folder: Path) -> Path:
    """A file with the password."""
    path = folder / "password"
    path.touch(0o600)
    path.write_text(PASSWORD)
    return path
