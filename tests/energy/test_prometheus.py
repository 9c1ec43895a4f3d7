"""`pdu energy audit` of what Prometheus and VictoriaMetrics have stored, and of wrong answers."""

from __future__ import annotations

import contextlib
import json
import math
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Optional

import pytest

from handlers.shared.tls import Trust
from pdu import root
from pdu.energy.journal.prometheus import Prometheus
from pdu.energy.journal.queries import Api, QueryLogin
from pdu.energy.journal.readings import PduReadings
from pdu.energy.journal.unit_changes import SERIAL, UPTIME
from tests.energy import compare_sources, stored
from tests.servers.serving import in_thread
from tests.simulators import certificates

FIRST = 1790812800.0  # 2026-10-01T00:00:00Z
DAY, HOUR = 86400.0, 3600.0
ASKED = ("--from", "2026-10-01", "--to", "2026-10-02", "--limit-kw", "3.68", "--step", "0.01")
PDU_LIMIT = ("--pdu-limit-kw", "3.68")
TARGET = 'instance="rack1",job="pdu"'


def samples(every: float = 300.0) -> dict[str, list[tuple[float, float]]]:
    """A 1 kW server on outlet 1, with a false zero and a gap; outlet 2 is another target later; the
    register of outlet 3 counts ten times as much as its watts say.
    """
    times = [FIRST - DAY + every * number for number in range(int(3 * DAY / every))]
    made: dict[str, list[tuple[float, float]]] = {}
    for time in times:
        if FIRST + 10 * HOUR < time < FIRST + 12 * HOUR:
            continue
        kwh = math.floor((1000.0 + (time - FIRST) / HOUR) * 100.0) / 100.0
        zero = time == FIRST + 5 * HOUR
        energy = 0.0 if zero else float(round(kwh * stored.JOULES))
        serial = "A1" if time < FIRST + 18 * HOUR else "B7"
        for series, value in (
            (f"pdu_up{{{TARGET}}}", 1.0),
            (f"scrape_duration_seconds{{{TARGET}}}", 0.25),
            (f'pdu_outlet_energy_joules_total{{{TARGET},outlet="1"}}', energy),
            (f'pdu_outlet_energy_joules_total{{{TARGET},outlet="2",serial="{serial}"}}', energy),
            (f'pdu_outlet_energy_joules_total{{{TARGET},outlet="3"}}', energy),
            (f'pdu_outlet_power_watts{{{TARGET},outlet="1"}}', 1000.0),
            (f'pdu_outlet_power_watts{{{TARGET},outlet="2",serial="{serial}"}}', 1000.0),
            (f'pdu_outlet_power_watts{{{TARGET},outlet="3"}}', 100.0),
            (f'pdu_outlet_current_amperes{{{TARGET},outlet="1"}}', 4.3),
            (f'pdu_outlet_state{{{TARGET},outlet="1"}}', 1.0),
        ):
            made.setdefault(series, []).append((time, value))
    return made


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = root.run(["energy", "audit", *arguments, *ASKED, *PDU_LIMIT, "--json"])
    shown = capsys.readouterr()
    return code, json.loads(shown.out) if shown.out else shown.err


@pytest.mark.against("prometheus")
@pytest.mark.against("victoria-metrics")
def test_both_servers_and_a_journal_give_the_same_readings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twins = [*compare_sources.twins(6, 1)]
    compare_sources.journal(tmp_path / "kept", twins)
    data = {**samples(), **compare_sources.samples(twins)}
    with stored.prometheus(tmp_path, data) as one, stored.victoria(tmp_path, data) as two:
        answers = [run(capsys, url) for url in (one, two)]
        same = compare_sources.compared(twins, (str(tmp_path / "kept"), one, two), 1)
    assert all(one.agree for one in same), same
    for code, found in answers:
        assert code == 2, found  # a gap of one twin is longer than the day
        first, second, third = found["pdus"][0]["outlets"]
        assert first["kwh"]["low"] <= 24.0 <= first["kwh"]["high"]
        kinds = [event["kind"] for event in first["events"]]
        # A scrape that has another label is of another unit, for all outlets of the PDU.
        assert kinds == ["false zero", "gap", "changed"]
        # The scrape began at 05:00:00 and took 0.25 s; the next one is five minutes later.
        zero = first["events"][0]
        assert zero["begin"].startswith("2026-10-01T04:5") and zero["end"] < "2026-10-01T05:06"
        assert second["kwh"]["high"] - second["kwh"]["low"] < 1.8
        assert "another serial number" in second["events"][-1]["reason"]
        # once before the unit changed, and once after it
        mistakes = [event for event in third["events"] if event["kind"] == "unit"]
        assert [event["reason"] for event in mistakes] == [
            "counts 10 times what the power says"
        ] * 2
    widths = [
        found["pdus"][0]["outlets"][0]["kwh"]["high"] - found["pdus"][0]["outlets"][0]["kwh"]["low"]
        for _, found in answers
    ]
    # VictoriaMetrics moves samples to the time at which the scrape was planned.
    assert widths[0] < widths[1] < 2 * widths[0]
    hashes = {note for _, found in answers for note in found["notes"] if "SHA-256" in note}
    assert len({note.split("SHA-256")[1] for note in hashes}) == 1


# ---- a server that answers what it likes ---------------------------------------------------------


class Answers(BaseHTTPRequestHandler):
    """Answers `series` well, and `query` with what the test wants."""

    protocol_version = "HTTP/1.1"
    query: bytes = b""
    status = 200
    missing = 0
    instance = "rack1"
    asked: list[str] = []
    headers_seen: list[Optional[str]] = []

    def do_GET(self) -> None:
        Answers.headers_seen.append(self.headers.get("Authorization"))
        what = urllib.parse.urlsplit(self.path).path
        Answers.asked.append(urllib.parse.urlsplit(self.path).query)
        body = Answers.query
        if what.endswith("/series"):
            body = good([{"instance": Answers.instance, "__name__": "pdu_up"}])
        self.send_response(Answers.status)
        self.send_header("Content-Length", str(len(body) + Answers.missing))
        self.end_headers()
        self.wfile.write(body)
        if Answers.missing:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


def good(data: object, **more: object) -> bytes:
    return json.dumps({"status": "success", "data": data, **more}).encode()


def matrix(*values: object, **labels: str) -> dict[str, object]:
    metric = {
        "__name__": "pdu_energy_joules_total",
        "instance": "rack1",
        "job": "pdu",
        **labels,
    }
    return {"metric": metric, "values": list(values)}


def result(*rows: object) -> bytes:
    return good({"resultType": "matrix", "result": list(rows)})


def reading(server: str) -> PduReadings:
    """The only PDU that a server knows, as the audit reads it for an hour."""
    with contextlib.closing(Prometheus(Api(server, QueryLogin(), Trust()))) as source:
        (pdu,) = source.audit_each(FIRST, FIRST + HOUR, lambda one: one)
    return pdu


@pytest.fixture
def server() -> Iterator[str]:
    with _served() as url:
        yield url


@contextlib.contextmanager
def _served(tls: bool = False) -> Iterator[str]:
    Answers.query, Answers.status, Answers.missing = result(), 200, 0
    Answers.instance = "rack1"
    Answers.headers_seen, Answers.asked = [], []
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    if tls:
        listening.socket = certificates.usual().context.wrap_socket(
            listening.socket, server_side=True
        )
    with in_thread(listening):
        yield f"http{'s' if tls else ''}://127.0.0.1:{listening.server_address[1]}"


AT = FIRST - 1000.0
WRONG = {
    "no JSON": (b"<html>", "no JSON object"),
    "cut": (result(matrix([AT, "1"]))[:-9], "no JSON object"),
    "a list": (b"[]", "no JSON object"),
    "an error": (b'{"status":"error","error":"too many samples"}', "too many samples"),
    "a warning": (good({"resultType": "matrix", "result": []}, warnings=["store down"]), "missing"),
    "partial": (good({"resultType": "matrix", "result": []}, isPartial=True), "partial"),
    "a vector": (good({"resultType": "vector", "result": []}), "no matrix"),
    "no rows": (good({"resultType": "matrix", "result": {}}), "not a list"),
    "no values": (result({"metric": {}}), "no values"),
    "labels": (result({"metric": {"a": 1}, "values": []}), "labels"),
    "negative": (result(matrix([AT, "-1"])), "below 0"),
    "infinite": (result(matrix([AT, "+Inf"])), "below 0 or infinite"),
    "no number": (result(matrix([AT, "x"])), "no pair"),
    "no pair": (result(matrix([AT])), "no pair"),
    "order": (result(matrix([AT, "1"], [AT, "2"])), "order"),
    "no time": (result(matrix(["NaN", "1"])), "order"),
    "two": (
        result(matrix([AT, "1"], [AT + 60, "1"]), matrix([AT + 1, "1"], replica="b")),
        "replica=b",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_is_an_error(
    case: str, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Answers.query, said = WRONG[case]
    code, error = run(capsys, server)
    assert code >= 2 and said in json.dumps(error), error


@pytest.mark.parametrize("instance", ["", "\ud800"])
def test_an_instance_that_cannot_be_asked_for_is_an_error(
    instance: str, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Answers.instance = instance
    code, error = run(capsys, server)
    assert code == 5 and "no label instance" in json.dumps(error), error


def test_an_answer_that_ends_early_is_an_error(
    server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Answers.query, Answers.missing = result(matrix([AT, "1"])), 50
    code, error = run(capsys, server)
    assert code >= 3, error


def test_thanos_is_asked_for_raw_samples_and_whole_answers(
    server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, server)
    assert len(Answers.asked) > 1
    for asked in map(urllib.parse.parse_qs, Answers.asked):
        assert asked["partial_response"] == ["false"]
        assert asked["max_source_resolution"] == ["0s"]


def test_a_reading_was_taken_at_some_moment_of_its_scrape(server: str) -> None:
    Answers.query = result(
        matrix([AT, "3600000"]), matrix([AT, "42"], __name__="scrape_duration_seconds")
    )
    pdu = reading(server)
    assert pdu.begins[0] == pytest.approx(AT, abs=0.1)
    assert pdu.ends[0] == pytest.approx(AT + 42.0, abs=0.1)


def test_what_a_unit_says_of_itself_may_come_and_go(server: str) -> None:
    unit = {"__name__": "pdu_info", "family": "apc-rpdu2", "firmware": "1.0"}
    Answers.query = result(
        *(
            matrix(*([AT + 60.0 * at, value] for at in range(4)), __name__=name)
            for name, value in (
                ("pdu_energy_joules_total", "3600000"),
                ("pdu_power_error_ratio", "0.003"),
                ("pdu_uptime_seconds", "500"),
            )
        ),
        matrix([AT, "1"], [AT + 120.0, "1"], **unit, serial="A1"),
        matrix([AT + 60.0, "1"], **unit),
        matrix([AT + 180.0, "1"], **unit, serial="B7"),
    )
    pdu = reading(server)
    # Nobody knows of which unit the second poll was. All have an uptime, which stands.
    assert pdu.changes == {3: "another serial number"} and {*pdu.identities} == {UPTIME, 3}
    assert (pdu.family, pdu.accuracy_percent, set(pdu.registers)) == ("apc-rpdu2", 0.3, {""})


def test_outlets_come_in_the_order_of_their_numbers(server: str) -> None:
    outlets = ["10", "2", "1.10", "1.9", "b", "9" * 5000]
    Answers.query = result(*(matrix([AT, "0"], outlet=outlet) for outlet in outlets))
    pdu = reading(server)
    assert [*pdu.registers] == ["1.9", "1.10", "2", "10", "9" * 5000, "b"]


@pytest.mark.parametrize("name", ["serial", "firmware", "family"])
def test_a_label_of_the_target_is_not_what_the_unit_says(server: str, name: str) -> None:
    target = {name: "by hand"}
    info = {"__name__": "pdu_info", "serial": "A1", "firmware": "1.0", "family": "sentry4"}
    # Prometheus renames what the unit says, and stores nothing for a serial number that is empty.
    info.update({f"exported_{name}": info[name]}, **target)
    rows = [matrix([AT + 60.0 * at, "3600000"], **target) for at in range(2)]
    for infos in ([], [matrix([AT, "1"], **info)], [matrix([AT, "1"], **{**info, **target})]):
        Answers.query = result(*rows, *infos)
        pdu = reading(server)
        assert not pdu.changes and pdu.family == ("sentry4" if infos else "")
        assert list(pdu.identities) == [SERIAL if infos else 0, 0]
    del info[f"exported_{name}"]
    Answers.query = result(*rows, matrix([AT, "1"], **info))
    pdu = reading(server)
    assert (pdu.family, pdu.identities[0]) == {
        "serial": ("sentry4", 0),
        "firmware": ("sentry4", SERIAL),
        "family": ("", SERIAL),
    }[name]


@pytest.mark.parametrize("ratio", ["0", "1.01", "NaN"])
def test_an_error_that_no_unit_can_state_is_none(server: str, ratio: str) -> None:
    names = {"pdu_energy_joules_total": "3600000", "pdu_power_error_ratio": ratio}
    Answers.query = result(*(matrix([AT, value], __name__=name) for name, value in names.items()))
    pdu = reading(server)
    assert list(pdu.begins) and pdu.accuracy_percent is None


def test_staleness_markers_are_no_readings(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    at = FIRST + 60.0
    loads = matrix([at, "4.5"], __name__="pdu_load_amperes")
    energies = matrix([at, "3600000"], [at + 60, "NaN"], __name__="pdu_energy_joules_total")
    Answers.query = result(energies, loads)
    code, found = run(capsys, server)
    assert code == 2 and found["pdus"][0]["pdu"]["kwh"]["low"] == 0.0


def test_the_login_comes_from_a_file_and_is_never_shown(
    server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2secret\n")
    secret.chmod(0o600)
    Answers.query = b'{"status":"error","error":"wrong token hunter2secret"}'
    code, error = run(capsys, server, "--secret-file", f"token={secret}")
    assert "Bearer hunter2secret" in Answers.headers_seen
    assert code == 6 and "hunter2secret" not in json.dumps(error)
    run(capsys, server, "--username", "joe", "--secret-file", f"password={secret}")
    assert (Answers.headers_seen[-1] or "").startswith("Basic ")
    with_login = server.replace("http://", "http://joe:hunter2secret@")
    code, error = run(capsys, with_login)
    assert code == 2 and "hunter2secret" not in json.dumps(error)
    secret.chmod(0o644)
    assert run(capsys, server, "--secret-file", f"token={secret}")[0] == 2
    assert run(capsys, server, "--username", "joe")[0] == 2
    assert run(capsys, server, "--secret-file", f"community={secret}")[0] == 2


def test_a_login_does_not_go_over_a_network_without_tls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2secret\n")
    secret.chmod(0o600)
    code, error = run(capsys, "http://192.0.2.1:9090", "--secret-file", f"token={secret}")
    assert code == 2 and "https://" in json.dumps(error)


def test_the_certificate_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text(certificates.usual().authority.ca_pem)
    with _served(tls=True) as url:
        code, error = run(capsys, url)
        assert code == 3 and "certificate" in json.dumps(error)
        code, found = run(capsys, url, "--ca-pem", str(authority))
        assert code == 2 and found["pdus"][0]["pdu"] is None


def test_wrong_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ("http://127.0.0.1:1", "http://127.0.0.1:2"),
        ("http://127.0.0.1:1", "a.jsonl"),
        ("http://127.0.0.1:1/?x=1",),
        ("http://127.0.0.1:1", "--match", 'job="pdu"}'),
        ("a.jsonl", "--match", 'job="pdu"'),
    ):
        assert run(capsys, *arguments)[0] == 2
