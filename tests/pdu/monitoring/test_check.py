"""`pdu check` on simulated PDUs of every handler, with handlers from the tree and from built
archives, and its exit codes.
"""

from __future__ import annotations

import csv
import getpass
import io
import json
import os
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
from tests.peers import PEERS
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import BUILT_IN
from tests.waiting import PATIENCE_S, bounded, until

from .halls import PDU, Call, Hall, environment, private, run, shown


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the rows of the JSON output by PDU name. The key of the summary is ''."""
    assert done.stdout, done.stderr
    whole = json.loads(done.stdout)
    return {"": whole["summary"], **{row["name"]: row for row in whole["pdus"]}}


def assert_as_in_the_books(small: Hall, row_by_name: dict[str, Any]) -> None:
    for name, peer in small.peers.items():
        books, row = peer.books(), row_by_name[name]
        counts = {key: row[key] for key in ("on", "off", "unknown")}
        assert counts == shown(list(books.states.values())), row
        sums = (row["load_a"], row["energy_kwh"])
        assert sums == pytest.approx((books.load_a, books.energy_kwh)), name
        energies = {outlet["identity"]: outlet["energy_kwh"] for outlet in row["outlets"]}
        unmetered = dict.fromkeys(books.states)
        assert energies == pytest.approx({**unmetered, **books.port_energy_kwh}), name


def test_states_and_figures_agree_with_the_simulators_books(small: Hall) -> None:
    before = {name: peer.books().requests for name, peer in small.peers.items()}
    result = run("check", small.list(), "--auth", small.logins, "--json")
    row_by_name = document(result)
    assert_as_in_the_books(small, row_by_name)
    assert (result.returncode, result.stderr) == (0, "")
    assert row_by_name[""]["results"] == {"well": len(PEERS)}
    load_a = sum(peer.books().load_a or 0 for peer in small.peers.values())
    assert row_by_name[""]["load_a"] == pytest.approx(load_a)
    for name, peer in small.peers.items():
        assert row_by_name[name]["requests"] == peer.books().requests - before[name]


def test_with_lines_the_fullest_line_or_breaker_is_compared_with_its_rating(
    small: Hall, call: Call
) -> None:
    table = call("check", small.list(), "--auth", small.logins, "--lines").stdout
    assert " of its rating " in table
    assert " % of 16 A (" in table


def test_two_archives_of_one_name_are_refused(tmp_path: Path) -> None:
    built = archive(small_tree(tmp_path / "tree"), "small")
    for name in ("one", "other"):
        (tmp_path / f"{name}.tar.gz").write_bytes(built)
    twice = tmp_path / "list.csv"
    twice.write_text(
        f"name,handler,address\nx,{tmp_path}/one.tar.gz,192.0.2.1\ny,{tmp_path}/other.tar.gz,192.0.2.1\n"
    )
    assert "are both pdu_small: one run can load only one of them" in run("check", twice).stderr


def test_the_table_shows_all_pdus_with_errors_and_remedies_but_no_secrets(
    small: Hall, call: Call
) -> None:
    result = call("check", small.list(dead=True), "--auth", small.logins)
    lines = result.stdout.splitlines()
    assert result.returncode == 2
    assert {"name", "handler", "address", "result"} <= set(lines[0].split())
    at = lines[0].index("name")  # where the column begins
    assert [line[at:].split()[0] for line in lines[1 : len(PEERS) + 2]] == ["dead", *PEERS]
    assert "unreachable, 1 PDU: check power, cable" in result.stdout
    assert "  dead: no answer over SNMP" in result.stdout
    assert lines[-2].startswith(f"{len(PEERS) + 1} PDUs in ")
    assert lines[-2].endswith(f"{len(PEERS)} well, 1 unreachable")
    assert not any(secret in result.stdout + result.stderr for secret in secrets_of(small))


def secrets_of(small: Hall) -> list[str]:
    return [
        value
        for peer in small.peers.values()
        for key, value in {**peer.settings, **peer.snmp}.items()
        if key in ("password", "community")
    ]


def test_csv_and_html_and_nagios_report_the_same_results(
    small: Hall, tmp_path: Path, call: Call
) -> None:
    words = ("check", small.list(dead=True), "--auth", small.logins)
    result = call(*words, "--csv", "--html", tmp_path / "page.html")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert result.returncode == 2
    assert [row["result"] for row in rows] == ["well"] * len(PEERS) + ["unreachable"]
    text = (tmp_path / "page.html").read_text()
    assert text.startswith("<!doctype html>")
    assert all(f'<td class="name">{name}</td>' in text for name in (*PEERS, "dead"))
    assert [text.count(f">{result}</td>") for result in ("well", "unreachable")] == [len(PEERS), 1]
    assert os.listdir(tmp_path) == ["page.html"]
    result = call(*words, "--nagios")
    assert result.returncode == 2
    assert " not_well=1 " in result.stdout
    assert result.stdout.startswith(f"PDU CRITICAL - {len(PEERS) + 1} PDUs")


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


def test_a_login_without_its_secret_fails_the_pdus_that_use_it(
    small: Hall, tmp_path: Path, call: Call
) -> None:
    bare = private(tmp_path / "logins.toml", "".join(f"[auth.{name}]\n" for name in PEERS))
    result = call("check", small.list(), "--auth", bare)
    assert "  snmp: the login 'snmp' has no community" in result.stdout
    assert result.returncode == 2
    logins = bare.read_text().replace("[auth.snmp]\n", '[auth.snmp]\ncomunity = "s3cret"\n')
    misspelt = private(tmp_path / "misspelt.toml", logins)
    result = call("check", small.list(), "--auth", misspelt)
    assert "the login 'snmp' has no community, but has 'comunity'\n" in result.stdout
    assert "s3cret" not in result.stdout


def test_a_pdu_without_a_login_uses_environment_or_secret_file_or_reports_a_missing_secret(
    small: Hall, call: Call
) -> None:
    bare = small.folder / "bare.csv"
    bare.write_text(
        f"name,handler,address\nrack,snmp,127.0.0.1:{small.peers['snmp'].snmp['port']}\n"
    )
    result = call("check", bare)
    assert result.returncode == 2
    assert "settings, 1 PDU: " in result.stdout
    reason = "the environment (the list names no login) has no community"
    assert f"  rack: {reason}" in result.stdout
    assert call("check", bare, PDU_COMMUNITY="public").returncode == 0
    secret = private(small.folder / "community", "public\n")
    assert call("check", bare, "--secret-file", f"community={secret}").returncode == 0


# ---- wrong lists and options ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "line, words",
    [
        (
            "x,snmp,192.0.2.1,nobody,",
            f"x: unknown login 'nobody'; known: {', '.join(sorted(PEERS))}",
        ),
        ("snmp,snmp,192.0.2.1,snmp,", "the name 'snmp' is already in line "),
    ],
)
def test_a_wrong_list_is_refused_before_anything_is_polled(
    small: Hall, line: str, words: str, call: Call
) -> None:
    before = {name: peer.books().requests for name, peer in small.peers.items()}
    path = small.list(line)
    result = call("check", path, "--auth", small.logins)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert words in result.stderr
    plugin = call("check", path, "--auth", small.logins, "--nagios")
    assert (plugin.returncode, plugin.stderr) == (3, "")
    assert plugin.stdout.startswith("PDU UNKNOWN - ")
    assert words in plugin.stdout
    as_json = call("check", path, "--auth", small.logins, "--json")
    assert (as_json.returncode, json.loads(as_json.stdout)["error"]["kind"]) == (2, "settings")
    assert before == {name: peer.books().requests for name, peer in small.peers.items()}


@pytest.mark.parametrize(
    "options, words", [(("list.csv", "--csv"), "only one of --nagios"), ((), "FILE")]
)
def test_wrong_options_end_with_the_nagios_code_for_unknown(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    assert root.run(["check", *options, "--nagios"]) == 3
    out, err = capsys.readouterr()
    assert out.startswith("PDU UNKNOWN - ")
    assert words in out
    assert (out.count("\n"), err) == (1, "")


# ---- interruptions and failures ------------------------------------------------------------------


def test_a_defect_ends_with_the_nagios_code_for_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(path: str, lenient: bool) -> device_list.DeviceList:
        raise ZeroDivisionError("a|b")

    monkeypatch.setattr(device_list, "read_device_list", broken)
    assert root.run(["check", "list.csv", "--nagios"]) == 3
    assert capsys.readouterr().out.startswith("PDU UNKNOWN - ZeroDivisionError: a/b")


@pytest.mark.parametrize("name", ["list.html", "--csv"])
def test_a_page_does_not_replace_what_the_check_reads(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("name,handler,address\nx,nut,127.0.0.1:1\n")
    page = name if name.startswith("-") else str(path)
    assert root.run(["check", str(path), "--html", page]) == 2
    assert path.read_text().startswith("name,")


def test_ctrl_c_ends_the_check(small: Hall) -> None:
    dead = [f"dead {number},snmp,{small.dead},snmp," for number in range(100)]
    with (
        subprocess.Popen(
            [*PDU, "check", str(small.list(*dead)), "--auth", str(small.logins)],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process,
        bounded(process),
    ):
        tasks = Path(f"/proc/{process.pid}/task")
        assert until(lambda: len(list(tasks.iterdir())) > 50), "no PDU is read"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    *warnings, last = err.splitlines()
    assert (process.returncode, out, last) == (INTERRUPTED, "", "interrupted")
    texts = ("are one PDU", "more such lines", "named like a handler")
    assert all(any(text in warning for text in texts) for warning in warnings)


def test_progress_is_shown_on_a_terminal_only(small: Hall, call: Call) -> None:
    words = ("check", str(small.one("nut")), "--auth", str(small.logins))
    assert "polling" not in call(*words).stderr
    result = terminal.run([*PDU, *words], {**environment(), "TERM": "xterm"}, "\0", b"")
    assert "polling" in result.text
    assert "1/1" in result.text
    assert result.code == 0


def test_a_check_without_a_login_asks_once_on_a_terminal(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[str] = []

    def typed(question: str) -> str:
        questions.append(question)
        return "public"

    with Agent(BUILT_IN["apc-rpdu2"]()) as agent:
        file = tmp_path / "list.csv"
        address = f"{agent.host}:{agent.port}"
        file.write_text(f"rack,name,handler,address\n7,a,snmp,{address}\n7,b,snmp,{address}\n")
        monkeypatch.setattr(getpass, "getpass", typed)
        monkeypatch.setattr(sys, "stdin", terminal.Person(""))
        result = call("check", file, "--lenient", "--json")
    assert questions == [f"community of 2 PDUs in {file} without a login: "]
    assert json.loads(result.stdout)["summary"]["results"] == {"well": 2}


def test_a_wrong_field_of_snmp_is_named_by_the_lists_key(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    listed = private(
        tmp_path / "list.csv", "name,handler,address,settings\na,snmp,127.0.0.1:9,timeout=900\n"
    )
    result = call("check", listed)
    assert "the list's timeout must be a number from 0.05 to 60" in result.stdout
    assert "snmp_params" not in result.stdout
