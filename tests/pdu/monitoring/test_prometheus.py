"""promtool accepts the configuration and rules of docs/prometheus, and Prometheus uses them with
real exporters.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Callable

import pytest

from tests.needs import ROOT, program
from tests.peers import PEERS, Peer
from tests.ports import reserved
from tests.waiting import PATIENCE_S, until

from .exporter_process import Exporter, Prometheus, exporter, prometheus
from .halls import Hall

DOCS = ROOT / "docs" / "prometheus"
SCRAPED_S = 2


@pytest.mark.against("promtool")
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "config", "sharded.yml"),
        ("check", "rules", "pdu-rules.yml"),
        ("check", "rules", "pdu-storage-rules.yml"),
        ("test", "rules", "pdu-rules-test.yml"),
        ("test", "rules", "pdu-sharded-test.yml"),
        ("test", "rules", "pdu-month-test.yml"),
    ],
    ids=" ".join,
)
def test_promtool_accepts_configuration_and_rules(arguments: list[str]) -> None:
    result = subprocess.run(
        [program("promtool"), *arguments],
        cwd=DOCS,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "SUCCESS" in result.stdout, result.stdout + result.stderr


def test_every_alert_fires_in_a_test_of_the_rules() -> None:
    rules, tests = ((DOCS / name).read_text() for name in ("pdu-rules.yml", "pdu-rules-test.yml"))
    alerts = re.findall(r"alert: (\w+)", rules)
    fire = re.findall(r"alertname: (\w+)\n +exp_alerts:\n", tests)
    assert len(alerts) == 7
    assert set(alerts) == set(fire)


def config(port: int) -> str:
    """Return the documented configuration with another port and shorter intervals."""
    text = (DOCS / "prometheus.yml").read_text().replace("127.0.0.1:9914", f"127.0.0.1:{port}")
    return text.replace("60s", f"{SCRAPED_S}s").replace(
        "scrape_timeout: 20s", f"scrape_timeout: {SCRAPED_S}s"
    )


def rules(folder: Path, limit: float) -> None:
    """Write the documented rules into the folder, without waiting times and with `limit` as the
    limit of the load in A.
    """
    text = (DOCS / "pdu-rules.yml").read_text().replace("* 12.8", f"* {limit}")
    (folder / "pdu-rules.yml").write_text(re.sub(r"for: \w+", "for: 0s", text))


def eventually(true: Callable[[], bool]) -> bool:
    """`until` with fewer calls: Prometheus scrapes and evaluates rules only every `SCRAPED_S`
    seconds.
    """
    return until(true, every=0.2)


def value(server: Prometheus, expression: str) -> float:
    samples = server.query(expression)
    return samples[0][1] if len(samples) == 1 else float("nan")


@pytest.mark.against("prometheus")
def test_prometheus_scrapes_every_handler_through_relabelling(small: Hall, tmp_path: Path) -> None:
    peers = small.peers
    limit = min(peer.truth().load_a or 0.0 for peer in peers.values()) + 0.01
    port = reserved()
    rules(tmp_path, limit)
    path = small.list(dead=True)
    with (
        exporter("--list", path, "--auth", small.logins, port=port),
        prometheus(tmp_path, config(port)) as server,
    ):
        log = tmp_path / "log"
        assert eventually(lambda: value(server, "count(pdu_up)") == len(PEERS) + 1), (
            log.read_text()[-2000:]
        )
        ups = {**dict.fromkeys(PEERS, 1.0), "dead": 0.0}
        assert eventually(
            lambda: {labels["instance"]: up for labels, up in server.query("pdu_up")} == ups
        ), ups
        # PDU and outlets have different metrics, so that a sum over a metric counts nothing twice.
        # After a scrape that takes too long on a busy machine, its series are missing for a while.
        for expression, total in true_totals(peers).items():
            assert eventually(lambda: value(server, expression) == pytest.approx(total)), (
                expression,
                total,
            )

        def alert_names(alert: str) -> set[str]:
            return {labels["instance"] for labels in server.alerts().get(alert, ())}

        rated = {labels["instance"] for labels, _ in server.query("pdu_line_rating_amperes")}
        over = {name for name, peer in peers.items() if (peer.truth().load_a or 0.0) > limit}
        assert eventually(lambda: alert_names("PduLoadOverLimit") == over - rated), server.alerts()
        assert eventually(lambda: alert_names("PduUnreachable") == {"dead"}), server.alerts()


def true_totals(peers: Mapping[str, Peer]) -> dict[str, float]:
    """Return the sums over all PDUs that a query of Prometheus has to find, by the query."""
    load_a = energy_kwh = outlet_energy_kwh = 0.0
    outlets_on = 0
    for peer in peers.values():
        truth = peer.truth()
        load_a += truth.load_a or 0.0
        energy_kwh += truth.energy_kwh or 0.0
        outlet_energy_kwh += sum(truth.port_energy_kwh.values())
        outlets_on += list(truth.states.values()).count(True)
    return {
        "sum(pdu_load_amperes)": load_a,
        "sum(pdu_energy_joules_total) / 3600000": energy_kwh,
        "sum(pdu_outlet_energy_joules_total) / 3600000": outlet_energy_kwh,
        "sum(pdu_outlet_state)": outlets_on,
    }


@pytest.mark.against("promtool")
def test_promtool_finds_no_fault_in_the_metrics(running: Exporter) -> None:
    for handler in PEERS:
        page = running.get("probe", target=handler)[1]
        result = subprocess.run(
            [program("promtool"), "check", "metrics"],
            input=page,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert (result.returncode, result.stderr) == (0, ""), (handler, result.stderr)
