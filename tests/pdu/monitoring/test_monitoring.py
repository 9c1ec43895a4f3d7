"""The definitions for Nagios, Icinga and Checkmk of docs/recipes."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.needs import ROOT
from tests.waiting import run_program

from .halls import PDU, Call, Hall, environment

DOCS = ROOT / "docs" / "recipes"
PROGRAM = "/opt/pdu/bin/pdu"  # where the definitions expect the command


def _nagios() -> list[str]:
    """The command line of nagios.cfg with its service's arguments."""
    text = (DOCS / "nagios.cfg").read_text("utf-8")
    (line,) = re.findall(r"command_line +(.+)", text)
    (command,) = re.findall(r"command_name +(.+)", text)
    (asked,) = re.findall(r"check_command +(.+)", text)
    name, *arguments = asked.split("!")
    assert name == command
    for number, value in enumerate(arguments, 1):
        line = line.replace(f"$ARG{number}$", value)
    return shlex.split(line)


def _icinga() -> list[str]:
    """The command of icinga2.conf with its service's variables, for the PDU "nut"."""
    text = (DOCS / "icinga2.conf").read_text("utf-8")
    variables = dict(re.findall(r'vars\.(\w+) = "(.+)"', text))
    variables["pdu_name"] = "nut"
    (command,) = re.findall(r"command = (\[.+\])", text)
    words: list[str] = json.loads(command)
    for option, name in re.findall(r'"(--\w+)" = "\$(\w+)\$"', text):
        words += [option, variables.pop(name)]
    (last_name,) = re.findall(r'value = "\$(\w+)\$"\s+skip_key = true', text)
    words.append(variables.pop(last_name))
    assert not variables
    assert not re.search(r"\$\w+\$", " ".join(words))
    return words


def _label(text: str) -> str:
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def performance_data(output: str) -> dict[str, Any]:
    """The performance data of a plugin by their label, each as nagiosplugin has it.

    nagiosplugin reads each range and writes each datum as it is.
    """
    nagiosplugin = pytest.importorskip("nagiosplugin")
    _, _, text = output.splitlines()[0].partition("|")
    data: dict[str, Any] = {}
    for label, number, cells in re.findall(r"('(?:[^'=]|'')+'|[^\s'=]+)=([^\s;]+)(\S*)", text):
        (value, unit) = re.findall(r"^(-?[0-9.]+)(s|%|c|)$", number)[0]
        warning, critical, least, most = [*cells.split(";")[1:], *[""] * 4][:4]
        datum = nagiosplugin.Performance(
            label=_label(label),
            value=value,
            uom=unit,
            warn=nagiosplugin.Range(warning) if warning else "",
            crit=nagiosplugin.Range(critical) if critical else "",
            min=least,
            max=most,
        )
        assert str(datum) == f"{label}={number}{cells}"
        data[_label(label)] = datum
    assert text.count("=") == len(data) > 0, text
    return data


@pytest.mark.parametrize("words", [_nagios(), _icinga()], ids=["nagios", "icinga"])
def test_the_definitions_check_a_list(words: list[str], small: Hall, call: Call) -> None:
    path, *arguments = words
    assert path == PROGRAM
    files = {"/etc/pdu/pdus.csv": small.one("nut"), "/etc/pdu/logins.toml": small.logins}
    assert set(files) < set(arguments)
    result = call(*(files.get(word, word) for word in arguments))
    assert result.returncode in (0, 1), result
    assert performance_data(result.stdout)["pdus"].value == "1"


def test_the_line_for_icinga_names_every_pdu_of_a_list(small: Hall) -> None:
    text = (DOCS / "icinga2.conf").read_text("utf-8")
    (line,) = re.findall(r"^   (pdu check .* \| python3 -c .*) \*/$", text, re.MULTILINE)
    replaced = {
        "pdu check": f"{shlex.join(PDU)} check",
        "/etc/pdu/pdus.csv": shlex.quote(str(small.list(dead=True))),
        "/etc/pdu/logins.toml": shlex.quote(str(small.logins)),
        "python3": shlex.quote(sys.executable),
    }
    for word, value in replaced.items():
        line = line.replace(word, value)
    result = run_program(["sh", "-c", line], env=environment())
    names = json.dumps([*small.peers, "dead"])
    assert result.stdout == f"const Pdus = {names}\n", result.stderr
    # the file shows a line of this form
    assert re.search(r"^const Pdus = \[.*\]$", text, re.MULTILINE)


def _raritan_for_nagios(small: Hall, call: Call, *limits: str) -> subprocess.CompletedProcess[str]:
    """What `pdu check --nagios` says of the PDU of the handler raritan with these limits."""
    files = ("--list", small.list(), "--auth", small.logins)
    return call("check", "raritan", *files, "--nagios", *limits)


def test_a_service_of_one_pdu_has_its_lines_with_limits(small: Hall, call: Call) -> None:
    result = _raritan_for_nagios(small, call, "--warning", "80%", "--critical", "14:")

    # each line carries less than 14 A
    assert result.returncode == 2
    assert result.stdout.startswith("PDU CRITICAL")
    assert "raritan: over limit: L1 carries" in result.stdout
    data = performance_data(result.stdout)
    assert data["pdus"].value == "1"
    assert data["energy"].uom == "c"
    parts = [datum for label, datum in data.items() if re.fullmatch(r"L\d|B\d+", label)]
    assert parts
    for part in parts:
        assert part.uom == ""
        assert str(part.crit) == "14:"
        assert part.min == "0"
        warning = float(str(part.warn))
        assert warning == pytest.approx(0.8 * float(part.max))
        assert float(part.value) < warning


def test_a_service_whose_lines_are_below_their_limit_is_well(small: Hall, call: Call) -> None:
    result = _raritan_for_nagios(small, call, "--warning", "80%")
    assert result.returncode == 0


def test_a_limit_in_amperes_is_one_of_each_line_and_not_of_their_sum(
    small: Hall, call: Call
) -> None:
    result = _raritan_for_nagios(small, call, "--warning", "14:")
    assert "raritan: over limit: L1 carries" in result.stdout


def test_the_local_check_for_checkmk_has_a_line_for_each_pdu(small: Hall, tmp_path: Path) -> None:
    """`STATE "SERVICE" METRICS TEXT`, as Checkmk's page on local checks has it."""
    text = (DOCS / "checkmk_local").read_text("utf-8")
    replaced = {
        PROGRAM: shlex.join(PDU),
        "/etc/pdu/pdus.csv": str(small.list()),
        "/etc/pdu/logins.toml": str(small.logins),
        "'rack 1 left' 'rack 1 right'": "nut raritan missing",
    }
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    script = tmp_path / "local"
    script.write_text(text)
    result = run_program(["sh", script], env=environment(), cwd=ROOT)

    metric = r"\w+=[0-9.]+(;[0-9.:~@]*){0,4}"
    metrics_cell = rf"({metric}(\|{metric})*|-)"
    nut_line, raritan_line, missing_line = result.stdout.splitlines()
    assert re.match(rf'[0123] "PDU nut" {metrics_cell} PDU ', nut_line)
    assert re.match(rf'[0123] "PDU raritan" {metrics_cell} PDU ', raritan_line)
    assert missing_line.startswith('3 "PDU missing" - PDU UNKNOWN')
