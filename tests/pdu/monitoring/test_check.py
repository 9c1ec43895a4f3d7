"""`pdu check` on simulated PDUs of every handler, with handlers from the tree and from built
archives, and its exit codes.
"""

from __future__ import annotations

import csv
import getpass
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pdu import root
from pdu.cli.exit_codes import INTERRUPTED
from pdu.pdu_list import device_list
from tests import terminal
from tests.packaging.building import archive, small_tree
from tests.pdu.pdu_list import lists
from tests.servers.peers import PEERS
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import BUILT_IN
from tests.tables import Case, Table
from tests.waiting import PATIENCE_S, bounded, start_program, until

from .halls import PDU, Call, Hall, environment, private, shown

CHECKS = Table(Path(__file__).with_name("list_checks.txt"))


@pytest.mark.parametrize("case", CHECKS.cases(), ids=str)
def test_check_of_a_list(case: Case) -> None:
    case.check(lists.shown(case))


def document(result: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the rows of the JSON output by PDU name. The key of the summary is ''."""
    assert result.stdout, result.stderr
    whole = json.loads(result.stdout)
    rows = {row["name"]: row for row in whole["pdus"]}
    return {"": whole["summary"], **rows}


def assert_as_in_the_truth(small: Hall, row_by_name: dict[str, Any]) -> None:
    """Assert that states and figures of each row are those of its simulator."""
    for name, peer in small.peers.items():
        truth = peer.truth()
        row = row_by_name[name]
        counts = {key: row[key] for key in ("on", "off", "unknown")}
        assert counts == shown(list(truth.states.values())), row
        assert row["load_a"] == pytest.approx(truth.load_a), name
        assert row["energy_kwh"] == pytest.approx(truth.energy_kwh), name
        energies = {outlet["identity"]: outlet["energy_kwh"] for outlet in row["outlets"]}
        unmetered = dict.fromkeys(truth.states)
        assert energies == pytest.approx({**unmetered, **truth.port_energy_kwh}), name


def requests_by_name(small: Hall) -> dict[str, int]:
    """How many requests each simulated PDU has got."""
    return {name: peer.truth().requests for name, peer in small.peers.items()}


def test_states_and_figures_agree_with_the_simulators_truth(small: Hall, call: Call) -> None:
    requests_before = requests_by_name(small)

    result = call("check", small.list(), "--auth", small.logins, "--json")

    requests = requests_by_name(small)
    row_by_name = document(result)
    assert_as_in_the_truth(small, row_by_name)
    assert (result.returncode, result.stderr) == (0, "")
    assert row_by_name[""]["results"] == {"well": len(PEERS)}
    loads = [peer.truth().load_a or 0 for peer in small.peers.values()]
    assert row_by_name[""]["load_a"] == pytest.approx(sum(loads))
    for name in small.peers:
        assert row_by_name[name]["requests"] == requests[name] - requests_before[name]


def test_with_lines_the_fullest_line_or_breaker_is_compared_with_its_rating(
    small: Hall, call: Call
) -> None:
    table = call("check", small.list(), "--auth", small.logins, "--lines").stdout
    assert " of its rating " in table
    assert " % of 16 A (" in table


def test_of_two_archives_of_one_name_the_first_is_loaded(tmp_path: Path, call: Call) -> None:
    built = archive(small_tree(tmp_path / "tree"), "small")
    for name in ("one", "other"):
        (tmp_path / f"{name}.tar.gz").write_bytes(built)
    pdus = tmp_path / "list.csv"
    pdus.write_text(f"""name,handler,address
x,{tmp_path}/one.tar.gz,192.0.2.1
y,{tmp_path}/other.tar.gz,192.0.2.1
""")
    result = call("check", pdus)
    assert "  y: " in result.stdout
    assert "are both pdu_small: one run can load only one of them" in result.stdout


def test_the_table_shows_all_pdus_with_errors_and_remedies_but_no_secrets(
    small: Hall, call: Call
) -> None:
    result = call("check", small.list(dead=True), "--auth", small.logins)

    assert result.returncode == 2
    head, *lines = result.stdout.splitlines()
    assert {"name", "handler", "address", "result"} <= set(head.split())
    name_column = head.index("name")
    rows = lines[: len(PEERS) + 1]
    names = [row[name_column:].split()[0] for row in rows]
    assert names == ["dead", *PEERS]
    assert "unreachable, 1 PDU: check power, cable" in result.stdout
    assert "  dead: no answer over SNMP" in result.stdout
    verdict = lines[-2]
    assert verdict.startswith(f"{len(PEERS) + 1} PDUs in ")
    assert verdict.endswith(f"{len(PEERS)} well, 1 unreachable")
    for secret in secrets_of(small):
        assert secret not in result.stdout + result.stderr


def secrets_of(small: Hall) -> list[str]:
    """The passwords and communities of all its PDUs."""
    secrets = []
    for peer in small.peers.values():
        form = {**peer.settings, **peer.snmp}
        secrets += [form[key] for key in ("password", "community") if key in form]
    return secrets


def test_csv_reports_the_results_of_the_table(small: Hall, call: Call) -> None:
    result = call("check", small.list(dead=True), "--auth", small.logins, "--csv")
    assert result.returncode == 2
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["result"] for row in rows] == ["well"] * len(PEERS) + ["unreachable"]


def test_nagios_reports_the_results_of_the_table(small: Hall, call: Call) -> None:
    result = call("check", small.list(dead=True), "--auth", small.logins, "--nagios")
    assert result.returncode == 2
    assert result.stdout.startswith(f"PDU CRITICAL - {len(PEERS) + 1} PDUs")
    assert " not_well=1 " in result.stdout


def test_a_wrong_secret_fails_only_its_pdu_and_is_not_shown(
    small: Hall, tmp_path: Path, call: Call
) -> None:
    good = small.logins.read_text()
    bad = good.replace('[auth.raritan]\npassword = "', '[auth.raritan]\npassword = "x-s3cret')
    wrong = private(tmp_path / "logins.toml", bad)
    result = call("check", small.list(), "--auth", wrong)
    assert result.returncode == 2
    assert "denied, 1 PDU: correct the account" in result.stdout
    assert "  raritan: " in result.stdout
    assert f"{len(PEERS) - 1} well, 1 denied" in result.stdout
    assert "s3cret" not in result.stdout + result.stderr


@pytest.fixture
def bare_list(small: Hall) -> Path:
    """A list of one PDU, which names no login."""
    path = small.folder / "bare.csv"
    port = small.peers["snmp"].snmp["port"]
    path.write_text(f"name,handler,address\nrack,snmp,127.0.0.1:{port}\n")
    return path


def test_a_pdu_without_a_login_uses_environment_or_secret_file(
    small: Hall, bare_list: Path, call: Call
) -> None:
    by_environment = call("check", bare_list, PDU_COMMUNITY="public")
    assert by_environment.returncode == 0

    secret = private(small.folder / "community", "public\n")
    by_file = call("check", bare_list, "--secret-file", f"community={secret}")
    assert by_file.returncode == 0


# ---- wrong lists and options ---------------------------------------------------------------------


# ---- interruptions and failures ------------------------------------------------------------------


def test_a_defect_ends_with_the_nagios_code_for_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(path: str) -> device_list.DeviceList:
        raise ZeroDivisionError("a|b")

    monkeypatch.setattr(device_list, "read_device_list", broken)
    assert root.run(["check", "list.csv", "--nagios"]) == 3
    assert capsys.readouterr().out.startswith("PDU UNKNOWN - ZeroDivisionError: a/b")


def test_ctrl_c_ends_the_check(small: Hall) -> None:
    dead = [f"dead {number},snmp,{small.dead},snmp," for number in range(100)]
    process = start_program(
        [*PDU, "check", str(small.list(*dead)), "--auth", str(small.logins)],
        env=environment(),
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process, bounded(process):
        tasks = Path(f"/proc/{process.pid}/task")
        assert until(lambda: len(list(tasks.iterdir())) > 50), "no PDU is read"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)

    assert (process.returncode, out) == (INTERRUPTED, "")
    *warnings, last_line = err.splitlines()
    assert last_line == "interrupted"
    for warning in warnings:
        assert re.search("are one PDU|more such lines|named like a handler", warning)


def test_progress_is_shown_on_a_terminal_only(small: Hall, call: Call) -> None:
    words = ("check", str(small.one("nut")), "--auth", str(small.logins))
    assert "polling" not in call(*words).stderr
    screen = terminal.run([*PDU, *words], {**environment(), "TERM": "xterm"}, "\0", b"")
    assert screen.code == 0
    assert "polling" in screen.text
    assert "1/1" in screen.text


def test_a_check_without_a_login_asks_once_on_a_terminal(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        return "public"

    monkeypatch.setattr(getpass, "getpass", answer)
    monkeypatch.setattr(sys, "stdin", terminal.Person(""))
    pdus = tmp_path / "list.csv"
    with Agent(BUILT_IN["apc-rpdu2"]()) as agent:
        address = f"{agent.host}:{agent.port}"
        pdus.write_text(f"name,handler,address\na,snmp,{address}\nb,snmp,{address}\n")
        result = call("check", pdus, "--json")

    assert questions == [f"community of 2 PDUs in {pdus} without a login: "]
    assert json.loads(result.stdout)["summary"]["results"] == {"well": 2}


def test_beside_a_list_a_word_is_a_name_whatever_lies_in_the_folder(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "srv").mkdir()
    fleet = tmp_path / "list.csv"
    fleet.write_text("name,handler,address\nsrv,nut,127.0.0.1:9\nother,nut,127.0.0.1:9\n")
    result = call("check", "srv", "--list", fleet, "--json")
    assert set(document(result)) == {"", "srv"}


def test_a_list_may_come_through_a_pipe(tmp_path: Path, call: Call) -> None:
    usual_list = tmp_path / "list.csv"
    usual_list.write_text("name,handler,address\nother,nut,127.0.0.1:9\n")
    reader, writer = os.pipe()
    os.write(writer, b"name,handler,address\npiped,nut,127.0.0.1:9\n")
    os.close(writer)
    try:
        result = call("check", f"/dev/fd/{reader}", "--json", PDU_LIST=str(usual_list))
    finally:
        os.close(reader)
    assert set(document(result)) == {"", "piped"}
