"""The dashboard, the systemd unit and the definitions for Nagios and Icinga of docs/prometheus."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
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


def expressions() -> list[str]:
    """The dashboard's PromQL, with values for Grafana's variables."""
    texts = []
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            texts.append(target["expr"].replace("$__rate_interval", "5m").replace("$pdu", ".*"))
    return texts


def named(*promql: str) -> set[str]:
    """The metrics of this pack in expressions."""
    return set(re.findall(r"\bpdu[\w:]*", " ".join(promql)))


def exported() -> set[str]:
    """The names of all metrics of an exporter, and of the rules."""
    names = set()
    for family in metrics.metrics_of(Reading(), is_metered=False):
        names |= {family.name, f"{family.name}_total"}
    page = metrics.ExporterMetrics(lambda: 0).page("").body.decode()
    rules = (DOCS / "pdu-rules.yml").read_text("utf-8")
    return {*names, *re.findall(r"# TYPE (\S+)", page), *re.findall(r"record: (\S+)", rules)}


def test_the_dashboard_shows_only_what_is_exported_or_recorded() -> None:
    names = named(*expressions())
    assert len(names) > 8
    assert names - exported() == set()


def test_a_metric_that_is_not_exported_would_be_seen() -> None:
    assert named("sum(pdu_up) / pdu:nosuch") - exported() == {"pdu:nosuch"}


def test_the_dashboard_shows_why_a_graph_has_a_gap() -> None:
    names = named(*expressions())
    assert {"pdu_probe_error", "pdu_outlet_state_unknown", "pdu_figure_missing"} <= names


@pytest.mark.against("promtool")
def test_prometheus_parses_the_dashboards_expressions(tmp_path: Path) -> None:
    rules = []
    for number, expression in enumerate(expressions()):
        rules.append({"record": f"shown:{number}", "expr": expression})
    path = tmp_path / "rules.yml"  # JSON is YAML
    path.write_text(json.dumps({"groups": [{"name": "shown", "rules": rules}]}))
    result = subprocess.run(
        [program("promtool"), "check", "rules", path],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert result.returncode == 0, result.stderr
    assert f"{len(rules)} rules found" in result.stdout


def _started() -> list[str]:
    """The command line of the systemd unit."""
    unit = (DOCS / "pdu-exporter.service").read_text("utf-8")
    (line,) = re.findall(r"(?m)^ExecStart=(.+)$", unit)
    return shlex.split(line)


def test_the_unit_starts_an_exporter_with_options_that_it_has() -> None:
    path, name, *arguments = _started()
    assert (path, name) == (PROGRAM, "exporter")
    parameters = exporter.exporter.make_context("exporter", arguments).params
    assert str(parameters["list_word"]) == "/etc/pdu/pdus.csv"
    assert str(parameters["auth_file"]) == "/etc/pdu/logins.toml"


def test_the_lines_for_debian_install_what_the_unit_reads_and_the_clone_has() -> None:
    script = (DOCS / "debian.sh").read_text("utf-8")
    unit = (DOCS / "pdu-exporter.service").read_text("utf-8")
    program_path, _, pdu_list, _, logins = _started()

    assert re.findall(r"(?m)^install -m 640 .* (\S+)$", script) == [pdu_list, logins]
    environment_folder = Path(program_path).parents[1]
    assert f"python3 -m venv {environment_folder}\n" in script
    users = re.findall(r"(?m)^User=(.+)$", unit)
    assert re.findall(r"(?m)^useradd .* (\S+)$", script) == users
    copied_files = re.findall(r"docs/prometheus/(\S+)", script)
    assert len(copied_files) == 3
    for name in copied_files:
        assert (DOCS / name).is_file()


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
    result = subprocess.run(
        ["sh", "-c", line],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    names = json.dumps([*small.peers, "dead"])
    assert result.stdout == f"const Pdus = {names}\n", result.stderr
    # the file shows a line of this form
    assert re.search(r"^const Pdus = \[.*\]$", text, re.MULTILINE)


def _raritan_for_nagios(small: Hall, call: Call, *limits: str) -> subprocess.CompletedProcess[str]:
    """What `pdu check --nagios` says of the PDU of the handler raritan with these limits."""
    files = ("--list", small.list(), "--auth", small.logins)
    return call("check", "raritan", *files, "--nagios", *limits)


def test_a_service_of_one_pdu_has_its_lines_with_limits(small: Hall, call: Call) -> None:
    result = _raritan_for_nagios(small, call, "--warning", "80%", "--critical", "14:16")

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
        assert str(part.crit) == "14:16"
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
    result = _raritan_for_nagios(small, call, "--warning", "14:16")
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
    result = subprocess.run(
        ["sh", script],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )

    metric = r"\w+=[0-9.]+(;[0-9.:~@]*){0,4}"
    metrics_cell = rf"({metric}(\|{metric})*|-)"
    nut_line, raritan_line, missing_line = result.stdout.splitlines()
    assert re.match(rf'[0123] "PDU nut" {metrics_cell} PDU ', nut_line)
    assert re.match(rf'[0123] "PDU raritan" {metrics_cell} PDU ', raritan_line)
    assert missing_line.startswith('3 "PDU missing" - PDU UNKNOWN')
