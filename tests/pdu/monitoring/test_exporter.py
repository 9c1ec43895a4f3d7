"""The exporter on simulated PDUs of every handler: metrics, refusals and deadlines."""

from __future__ import annotations

import gzip
import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Optional
from urllib.parse import urlsplit

import pytest

from handlers.shared.address import Address
from pdu.loading.handler_loading import load
from pdu.monitoring import probes, server
from pdu.monitoring.target_policy import TargetPolicy
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.pdu_list.logins import DeviceLogin
from pdu.reading.parts import CallError, Reading, failed_reading
from pdu.reading.polling import Target
from tests.simulators.snmp_agent import Agent, Device, Faults, ber
from tests.simulators.snmp_agent.device import dotted
from tests.simulators.snmp_agent.devices.apc import rpdu2
from tests.waiting import PATIENCE_S, until

from .exporter_process import Exporter, parsed, serving
from .halls import Hall

HOSTILE = '<script>alert("1")</script>'


def test_a_probe_reports_as_many_requests_as_the_pdu_received(
    small: Hall, running: Exporter
) -> None:
    for name in small.peers:
        before = small.peers[name].truth().requests
        assert (
            running.probe(target=name)["pdu_requests"][()]
            == small.peers[name].truth().requests - before
        )


def test_a_probe_has_what_a_month_of_energy_needs(running: Exporter) -> None:
    samples = running.probe(target="snmp")
    ((labels, value),) = samples["pdu_info"].items()
    assert (dict(labels)["family"], value) == ("apc-rpdu2", 1.0)
    assert samples["pdu_uptime_seconds"] == {(): 86400.0}
    assert samples["pdu_power_watts"][()] > 0.0
    assert samples["pdu_outlet_power_watts"]
    assert samples["pdu_load_amperes"]
    assert samples["pdu_energy_joules_total"]


class NotedAgent(Agent):
    """An agent that notes the first object of each request."""

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self.asked: list[str] = []

    def exchange(self, data: bytes) -> Optional[bytes]:
        self.asked.append(dotted(ber.decode(data).pdu.bindings[0][0]))
        return super().exchange(data)


def test_a_probe_asks_an_snmp_pdu_for_nothing_that_no_metric_shows() -> None:
    unshown = {
        "sysDescr": "1.3.6.1.2.1.1.1.0",
        "rPDU2IdentModelNumber": "1.3.6.1.4.1.318.1.1.26.2.1.8",
        "eoPowerAccuracy": "1.3.6.1.2.1.229.1.2.1.4",  # of another family
    }
    agent = NotedAgent(rpdu2(outlets=2).device)
    with agent:
        pdu = ListedPdu("rack", "snmp", Address(f"127.0.0.1:{agent.port}"))
        login = DeviceLogin("x", {}, {"community": "public"})
        reading = probes.probe(Target(pdu, load("snmp"), login), PATIENCE_S)
        assert reading.plate.uptime_s is not None
        assert not reading.failures
        assert not [name for name, oid in unshown.items() if oid in agent.asked]


def test_lines_and_breakers_have_their_ratings(running: Exporter) -> None:
    samples = running.probe(target="raritan")
    lines = samples["pdu_line_rating_amperes"]
    assert lines
    assert {*samples["pdu_line_current_amperes"]} <= {*lines}


def test_a_dead_pdu_has_up_0_and_the_kind_of_its_error_but_no_figures(running: Exporter) -> None:
    samples = running.probe(target="dead")
    assert samples["pdu_up"] == {(): 0.0}
    assert samples["pdu_probe_error"] == {(("kind", "unreachable"),): 1.0}
    assert samples["pdu_requests"][()] >= 1.0
    assert not any(name.startswith(("pdu_outlet", "pdu_load", "pdu_energy")) for name in samples)


# ---- allowed targets -----------------------------------------------------------------------------


# ---- the exporter's own pages --------------------------------------------------------------------


def test_the_exporters_own_pages_are_served(running: Exporter) -> None:
    assert running.get("healthz")[:2] == (200, "ok\n")
    assert running.get("nothing")[0] == 404
    running.probe(target="snmp")
    status, text, _ = running.get("metrics")
    assert status == 200
    assert 'pdu_exporter_probes_total{handler="snmp",outcome="ok"}' in text
    assert "process_resident_memory_bytes" in text
    assert "pdu_exporter_build_info{version=" in text
    status, text, headers = running.get("targets")
    assert status == 200
    assert headers["content-type"] == "application/json"
    assert '"targets": ["dead"]' in text


# ---- deadlines -----------------------------------------------------------------------------------


def test_the_scrape_timeout_bounds_a_probe(small: Hall) -> None:
    with Agent(rpdu2(outlets=8), faults=Faults(late_s=0.8)) as agent:
        line = f"slow,snmp,127.0.0.1:{agent.port},snmp,timeout=20; retries=0"
        with serving("--list", small.list(line), "--auth", small.logins) as running:
            samples = running.probe(timeout="3", target="slow")
            assert samples["pdu_up"] == {(): 0.0}
            assert samples["pdu_probe_error"] == {(("kind", "timeout"),): 1.0}
            agent.faults.late_s = 0.0  # lets the probe's thread end


def test_a_dead_pdu_is_reported_before_the_scrape_times_out(small: Hall) -> None:
    line = f"silent,snmp,{small.dead},snmp,timeout=20; retries=0"
    unreachable = {(("kind", "unreachable"),): 1.0}
    with serving("--list", small.list(line), "--auth", small.logins) as running:
        # on a busy machine a probe may come too late
        assert until(
            lambda: running.probe(timeout="4", target="silent")["pdu_probe_error"] == unreachable
        )


@pytest.mark.parametrize(
    "handler, settings, timeout",
    [
        ("snmp", {"timeout": "3"}, "2"),
        ("snmp", {"timeout": "3", "retries": "1"}, "3"),
        ("snmp", {"timeout": "0.05", "retries": "10"}, "0.05"),
        ("nut", {"timeout": "60"}, "6"),
        ("nut", {"timeout": "5"}, "5"),
    ],
)
def test_all_tries_of_a_handler_fit_into_the_time_of_a_probe(
    handler: str, settings: dict[str, str], timeout: str
) -> None:
    device = ListedPdu("rack", handler, Address("192.0.2.1"), settings=tuple(settings.items()))
    data = Target(device, load(handler), DeviceLogin("x", {}, {"community": "c"})).data(6.0)
    assert (data.snmp_params if handler == "snmp" else data.custom_params)["timeout"] == timeout


@pytest.mark.parametrize(
    "waited, kind, status",
    [
        (8.0, "", 200),
        (8.0, "unreachable", 503),
        (8.0, "timeout", 503),
        (8.0, "denied", 200),
        (2.0, "unreachable", 200),
    ],
)
def test_a_pdu_that_does_not_answer_after_a_long_wait_for_a_slot_is_not_reported_as_down(
    waited: float, kind: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The probe has 10 s, of which it waits `waited` for its slot."""
    now, times = [0.0], []

    def acquire(timeout: float) -> bool:
        now[0] += waited
        return waited <= timeout

    def poll(target: Target, seconds: float, **_: object) -> Reading:
        times.append(seconds)
        return failed_reading(CallError(kind, "why")) if kind else Reading(answered=True)

    exporter = exporter_of("a")
    slots = SimpleNamespace(acquire=acquire, release=lambda: None)
    monkeypatch.setattr(exporter._prober, "_slots", slots)
    monkeypatch.setattr(probes, "poll", poll)
    monkeypatch.setattr(probes, "time", SimpleNamespace(monotonic=lambda: now[0]))
    assert exporter.probe("target=a", "10", "").status == status
    assert times == [pytest.approx(0.8 * (9.5 - waited))]


def exporter_of(*names: str) -> server.Exporter:
    handler, login = load("snmp"), DeviceLogin("x", {}, {})
    targets = [
        Target(ListedPdu(name, "snmp", Address("192.0.2.1")), handler, login) for name in names
    ]
    return server.Exporter(TargetPolicy(targets, (), {}, {}))


def test_a_pdu_whose_probe_hangs_is_not_asked_again_and_costs_the_others_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(probes, "PARALLEL", 1)
    exporter, release = exporter_of("hang", "well"), threading.Event()
    names: list[str] = []

    def poll(target: Target, *_: object, **__: object) -> Reading:
        names.append(target.device.name)
        if target.device.name == "hang":
            assert release.wait(PATIENCE_S)
        return Reading(answered=True)

    def probed(name: str, seconds: str) -> bytes:
        answer = exporter.probe(f"target={name}", seconds, "")
        assert answer.status == 200
        return answer.page.body

    monkeypatch.setattr(probes, "poll", poll)
    assert b'pdu_probe_error{kind="timeout"} 1.0' in probed("hang", "0.3")
    assert b'pdu_probe_error{kind="hangs"} 1.0' in probed("hang", "60")
    assert b"pdu_up 1.0" in probed("well", "60")
    assert names == ["hang", "well"]
    assert b"pdu_exporter_probes_running 1.0" in exporter.own_metrics.page("").body
    release.set()
    assert until(lambda: b"pdu_exporter_probes_running 0.0" in exporter.own_metrics.page("").body)
    assert b"pdu_up 1.0" in probed("hang", "60")


def test_a_probe_is_refused_at_once_if_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """So other pages always have a thread."""
    monkeypatch.setattr(probes, "PARALLEL", 1)
    exporter, start, release = exporter_of("a"), threading.Event(), threading.Event()

    def poll(*_: object, **__: object) -> Reading:
        start.set()
        assert release.wait(PATIENCE_S)
        return Reading(answered=True)

    monkeypatch.setattr(probes, "poll", poll)
    with ThreadPoolExecutor(1 + probes.WAITING) as clients:
        answers = [
            clients.submit(exporter.probe, "target=a", "60", "") for _ in range(1 + probes.WAITING)
        ]
        assert start.wait(PATIENCE_S)
        assert until(lambda: exporter.probe("target=a", "0.2", "").status == 503)
        release.set()
        assert {answer.result(PATIENCE_S).status for answer in answers} == {200}


def test_a_page_is_compressed_for_a_client_that_allows_it(running: Exporter) -> None:
    address = urlsplit(running.url)
    pages: dict[str, tuple[str | None, bytes]] = {}
    for allowed in ("", "gzip", "deflate, GZIP;q=0.5", "gzip;q=0", "identity;q=1, gzip; q=0.0"):
        connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE_S)
        connection.request("GET", "/probe?target=redfish", headers={"Accept-Encoding": allowed})
        answer = connection.getresponse()
        body, encoding = answer.read(), answer.headers["Content-Encoding"]
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert int(answer.headers["Content-Length"]) == len(body)
        pages[allowed] = encoding, gzip.decompress(body) if encoding else body
        connection.close()
    assert [encoding for encoding, _ in pages.values()] == [None, "gzip", "gzip", None, None]
    states = [parsed(body.decode())["pdu_outlet_state"] for _, body in pages.values()]
    assert len(states[0]) == 8
    assert states == [states[0]] * 5
