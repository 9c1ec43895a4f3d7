"""The dashboard, the systemd unit and the definitions for Nagios and Icinga of docs/prometheus."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdu.monitoring import exporter, metrics
from pdu.reading.parts import Reading
from tests.needs import ROOT, program
from tests.waiting import PATIENCE_S

from .halls import PDU, Call, Hall, environment

DOCS = ROOT / "docs" / "prometheus"
BOARD: dict[str, Any] = json.loads((DOCS / "grafana.json").read_text("utf-8"))
PROGRAM = "/opt/pdu/bin/pdu"  # where the unit and the definitions expect the command


def expressions() -> Iterator[str]:
    """The dashboard's PromQL, with values for Grafana's variables."""
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"].replace("$__rate_interval", "5m").replace("$pdu", ".*")


def named(expression: str) -> set[str]:
    """The metrics of this pack in an expression."""
    return set(re.findall(r"\bpdu[\w:]*", expression))


def exported() -> set[str]:
    """The names of all metrics of an exporter, and of the rules."""
    of_a_pdu = metrics.metrics_of(Reading(), is_metered=False)
    rules = (DOCS / "pdu-rules.yml").read_text("utf-8")
    return {
        *(name for family in of_a_pdu for name in (family.name, f"{family.name}_total")),
        *re.findall(r"# TYPE (\S+)", metrics.ExporterMetrics(lambda: 0).page("").body.decode()),
        *re.findall(r"record: (\S+)", rules),
    }


def test_the_dashboard_shows_only_what_is_exported_or_recorded() -> None:
    names = {name for expression in expressions() for name in named(expression)}
    assert len(names) > 8
    assert names - exported() == set()
    assert named("sum(pdu_up) / pdu:nosuch") - exported() == {"pdu:nosuch"}


def test_the_dashboard_shows_why_a_graph_has_a_gap() -> None:
    names = {name for expression in expressions() for name in named(expression)}
    assert {"pdu_probe_error", "pdu_outlet_state_unknown", "pdu_figure_missing"} <= names


@pytest.mark.against("promtool")
def test_prometheus_parses_the_dashboards_expressions(tmp_path: Path) -> None:
    rules = [
        {"record": f"shown:{number}", "expr": expression}
        for number, expression in enumerate(expressions())
    ]
    path = tmp_path / "rules.yml"  # JSON is YAML
    path.write_text(json.dumps({"groups": [{"name": "shown", "rules": rules}]}))
    result = subprocess.run(
        [program("promtool"), "check", "rules", path],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert result.returncode == 0, result.stderr
    assert f"{len(rules)} rules found" in result.stdout, result.stderr


def _started() -> list[str]:
    unit = (DOCS / "pdu-exporter.service").read_text("utf-8")
    (line,) = re.findall(r"(?m)^ExecStart=(.+)$", unit)
    return shlex.split(line)


def test_the_unit_starts_an_exporter_with_options_that_it_has() -> None:
    path, name, *arguments = _started()
    assert (path, name) == (PROGRAM, "exporter")
    context = exporter.exporter.make_context("exporter", arguments)
    assert [str(context.params[name]) for name in ("list_word", "auth_file")] == [
        "/etc/pdu/pdus.csv",
        "/etc/pdu/logins.toml",
    ]


def test_the_lines_for_debian_install_what_the_unit_reads_and_the_clone_has() -> None:
    text = (DOCS / "debian.sh").read_text("utf-8")
    program_path, _, pdu_list, _, logins = _started()
    targets = [line.split()[-1] for line in text.splitlines() if line.startswith("install -m 640")]
    assert targets == [pdu_list, logins]
    assert f"python3 -m venv {Path(program_path).parents[1]}\n" in text
    user = re.findall(r"(?m)^User=(.+)$", (DOCS / "pdu-exporter.service").read_text("utf-8"))
    assert re.findall(r"(?m)^useradd .* (\S+)$", text) == user
    copied = re.findall(r"docs/prometheus/(\S+)", text)
    assert len(copied) == 3
    assert all((DOCS / name).is_file() for name in copied)


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is missing: apt-get install systemd")
    path = tmp_path / "pdu-exporter.service"
    text = (DOCS / path.name).read_text("utf-8")
    path.write_text(text.replace(PROGRAM, f'"{sys.executable}"').replace("User=pdu", "User=root"))
    result = subprocess.run(
        [analyze, "verify", "--man=no", path], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert (result.returncode, result.stderr) == (0, "")


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
    (command,) = re.findall(r"command = (\[.+\])", text)
    options = re.findall(r'"(--\w+)" = "\$(\w+)\$"', text)
    values = {**dict(re.findall(r'vars\.(\w+) = "(.+)"', text)), "pdu_name": "nut"}
    (last,) = re.findall(r'value = "\$(\w+)\$"\s+skip_key = true', text)
    words = [word for option, name in options for word in (option, values.pop(name))]
    command_line: list[str] = [*json.loads(command), *words, values.pop(last)]
    assert not values
    assert not re.search(r"\$\w+\$", " ".join(command_line))
    return command_line


def _label(text: str) -> str:
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def performance_data(output: str) -> dict[str, list[str]]:
    """The performance data by their label; nagiosplugin reads each range and writes each datum as
    it is.
    """
    nagiosplugin = pytest.importorskip("nagiosplugin")
    _, _, text = output.splitlines()[0].partition("|")
    data: dict[str, list[str]] = {}
    for label, number, cells in re.findall(r"('(?:[^'=]|'')+'|[^\s'=]+)=([^\s;]+)(\S*)", text):
        value, unit = re.findall(r"^(-?[0-9.]+)(s|%|c|)$", number)[0]
        warning, critical, least, most = [*cells.split(";")[1:], *[""] * 4][:4]
        ranges = [limit and nagiosplugin.Range(limit) for limit in (warning, critical)]
        datum = nagiosplugin.Performance(_label(label), value, unit, *ranges, least, most)
        assert str(datum) == f"{label}={number}{cells}"
        data[_label(label)] = [value, unit, *([warning, critical, least, most] if cells else [])]
    assert sum(map(len, re.findall("=", text))) == len(data) > 0, text
    return data


@pytest.mark.parametrize("words", [_nagios(), _icinga()], ids=["nagios", "icinga"])
def test_the_definitions_check_a_list(words: list[str], small: Hall, call: Call) -> None:
    assert words[0] == PROGRAM
    files = {"/etc/pdu/pdus.csv": small.one("nut"), "/etc/pdu/logins.toml": small.logins}
    assert set(files) < set(words)
    result = call(*(files.get(word, word) for word in words[1:]))
    data = performance_data(result.stdout)
    assert result.returncode in (0, 1), result
    assert data["pdus"][0] == "1", result


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
    done = subprocess.run(
        ["sh", "-c", line],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.stdout == f"const Pdus = {json.dumps([*small.peers, 'dead'])}\n", done.stderr
    assert re.search(r"^const Pdus = \[.*\]$", text, re.MULTILINE)


def test_a_service_of_one_pdu_has_its_lines_with_limits(small: Hall, call: Call) -> None:
    words = ("check", "raritan", "--list", small.list(), "--auth", small.logins, "--nagios")
    limits = ("--warning", "80%", "--critical", "14:16")
    result = call(*words, *limits)
    data = performance_data(result.stdout)
    lines = {label: cells for label, cells in data.items() if re.fullmatch(r"L\d|B\d+", label)}
    assert lines
    assert data["pdus"][0] == "1"
    assert data["energy"][1] == "c"
    for value, unit, warning, critical, least, most in lines.values():
        assert (unit, critical, least) == ("", "14:16", "0")
        assert float(warning) == pytest.approx(0.8 * float(most))
        assert float(value) < float(warning)
    # each line carries less than 14 A
    assert result.returncode == 2
    assert result.stdout.startswith("PDU CRITICAL")
    assert "raritan: over limit: L1 carries" in result.stdout
    assert call(*words, "--warning", "80%").returncode == 0
    # in A too it is a limit of each line, not of their sum
    assert "raritan: over limit: L1 carries" in call(*words, "--warning", "14:16").stdout


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
    result = subprocess.run(
        ["sh", script],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    lines = result.stdout.splitlines()
    assert [line.split(" ", 3)[2] for line in lines] == ['nut"', 'raritan"', 'missing"']
    metric = r"\w+=[0-9.]+(;[0-9.:~@]*){0,4}"
    for line in lines:
        assert re.match(rf'[0123] "PDU \w+" ({metric}(\|{metric})*|-) PDU ', line), line
    assert lines[2].startswith('3 "PDU missing" - PDU UNKNOWN')
