"""Months in Prometheus' API: real servers give the same bounds as the readings themselves; answers
that lack samples are refused.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Optional
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from handlers.shared.errors import Denied, PduHandlerError, SettingsError
from handlers.shared.meter_figures import MeterFigures, NotKnown
from pdu.energy.clock import PollTime
from pdu.energy.customers import Tenancies
from pdu.energy.law import FIRM, Energy, energy
from pdu.energy.pdu_law import UNKNOWN_UNIT, Supply, registers_of
from pdu.energy.prometheus import METRICS, Prometheus, Server
from pdu.energy.readings import INLET, PduReadings, Readings
from pdu.energy.report import NOBODY, Terms, report_of
from pdu.energy.store import Store, StoredPoll, StoredRegister
from pdu.monitoring import metrics
from pdu.reading.parts import PolledOutlet, Reading
from pdu.recordings.nameplate import Nameplate
from pdu_common.helper import EnumPowerStatus
from tests.needs import programs
from tests.pdu.monitoring.exporter_process import fetched, parsed, running
from tests.ports import reserved
from tests.waiting import PATIENCE_S

from .months import BEGIN, DAY, OCTOBER, pdu, register, times

SUPPLY = Supply(3680.0, 22_000.0)
LOADS = {"1": 203.7, "2": 0.0, "3": 1200.0}


def polls() -> PduReadings:
    """A month with a pause of three hours and a register that begins again."""
    at = [time for time in times() if not 5.0 * DAY < time - BEGIN < 5.125 * DAY]
    registers = {name: register(watts, at) for name, watts in LOADS.items()}
    registers["3"] = register(
        LOADS["3"], at, shown=lambda since, wh: wh - 5_400_000 if since > 20 * DAY else wh
    )
    registers[INLET] = register(sum(LOADS.values()) + 6.0, at)
    return pdu(registers, at, family="apc-rpdu2")


def inlet_polls() -> PduReadings:
    """A month of a PDU that is metered at its inlet alone, with its watts."""
    at = times()
    return pdu({INLET: register(2100.0, at)}, at)._replace(pdu="rack2")


def line_polls() -> PduReadings:
    """A month of a PDU that tells the currents of its lines and its energy, and no watts."""
    at = times()
    counted = register(2300.0, at)
    lines = counted._replace(watts=[None] * len(at), amperes=[10.0] * len(at))
    return pdu({INLET: lines}, at)._replace(pdu="rack3")


def stored(folder: Path) -> Store:
    """The same polls in a file of `pdu meter`."""
    store = Store(str(folder / "energy.db"), may_write=True)
    store._connection.execute("PRAGMA synchronous = OFF")
    for readings in (polls(), inlet_polls(), line_polls()):
        for place, begin in enumerate(readings.earliest):
            registers = {
                name: StoredRegister(
                    column.wh[place], _whole(column.watts[place]), column.amperes[place]
                )
                for name, column in readings.registers.items()
            }
            when = PollTime(begin, begin + 1.0, begin, "boot")
            family, uptime = readings.families[place], readings.uptimes[place]
            store.add(StoredPoll(readings.pdu, when, registers, "A1", family, uptime))
    return store


def _whole(watts: Optional[float]) -> Optional[int]:
    return None if watts is None else round(watts)


def samples(readings: PduReadings) -> Iterator[tuple[str, float, float]]:
    """What `pdu exporter` makes of each poll: a series, its value and the time in s."""
    for place, time in enumerate(readings.earliest):
        target = f'instance="{readings.pdu}",job="pdu"'
        yield f"pdu_up{{{target}}}", 1.0, time
        yield f"pdu_uptime_seconds{{{target}}}", readings.uptimes[place] or 0.0, time
        labels = f'{target},serial="A1",firmware="",family="{readings.families[place]}"'
        yield f"pdu_info{{{labels}}}", 1.0, time
        for name, column in readings.registers.items():
            joules, watts = float(column.wh[place] or 0) * 3600.0, column.watts[place]
            amperes = column.amperes[place]
            if name == INLET:
                yield f"pdu_energy_joules_total{{{target}}}", joules, time
                if watts is not None:
                    yield f"pdu_power_watts{{{target}}}", watts, time
                if amperes is not None:
                    yield f"pdu_load_amperes{{{target}}}", amperes, time
            elif watts is not None:
                outlet = f'{target},outlet="{name}"'
                yield f"pdu_outlet_energy_joules_total{{{outlet}}}", joules, time
                yield f"pdu_outlet_power_watts{{{outlet}}}", watts, time


def all_samples() -> Iterator[tuple[str, float, float]]:
    for readings in (polls(), inlet_polls(), line_polls()):
        yield from samples(readings)


@contextlib.contextmanager
def prometheus(folder: Path) -> Iterator[str]:
    """Debian's Prometheus with the samples, made into blocks by its own tool."""
    server, tool = programs("prometheus", "promtool")
    rows = sorted((series, time, value) for series, value, time in all_samples())
    lines = (f"{series} {value} {time}\n" for series, time, value in rows)
    (folder / "samples").write_text("".join([*lines, "# EOF\n"]))
    subprocess.run(
        # one block for the month: with the usual ones of two hours it takes a minute and a half
        [
            *(tool, "tsdb", "create-blocks-from", "--max-block-duration=1536h"),
            *("openmetrics", "samples", "data"),
        ],
        cwd=folder,
        timeout=PATIENCE_S,
        check=True,
        capture_output=True,
    )
    (folder / "config.yml").write_text("")
    url = f"http://127.0.0.1:{reserved()}"
    command = [
        *(server, f"--config.file={folder / 'config.yml'}", "--storage.tsdb.retention.time=100y"),
        *(f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={url[7:]}"),
    ]
    with running(command, folder, f"{url}/-/ready"):
        yield url


@contextlib.contextmanager
def victoria_metrics(folder: Path) -> Iterator[str]:
    """Debian's VictoriaMetrics with the samples, imported as it is documented."""
    (server,) = programs("victoria-metrics")
    url = f"http://127.0.0.1:{reserved()}"
    command = [
        *(server, f"-storageDataPath={folder / 'data'}", f"-httpListenAddr={url[7:]}"),
        "-retentionPeriod=100y",
    ]
    with running(command, folder, f"{url}/health"):
        lines = (f"{series} {value} {time * 1000:.0f}\n" for series, value, time in all_samples())
        request = urllib.request.Request(  # noqa: S310  # loopback
            f"{url}/api/v1/import/prometheus", "".join(lines).encode()
        )
        urllib.request.urlopen(request, timeout=PATIENCE_S).close()  # noqa: S310
        fetched(f"{url}/internal/force_flush")
        yield url


def energies(readings: PduReadings) -> dict[str, Optional[Energy]]:
    registers = registers_of(readings, SUPPLY)
    return {name: energy(known, *OCTOBER) for name, known in registers.items()}


@pytest.mark.parametrize(
    "serve",
    [
        pytest.param(prometheus, marks=pytest.mark.against("prometheus"), id="prometheus"),
        pytest.param(
            victoria_metrics, marks=pytest.mark.against("victoria-metrics"), id="victoria-metrics"
        ),
    ],
)
def test_a_real_server_gives_the_bounds_of_the_readings(
    serve: Callable[[Path], contextlib.AbstractContextManager[str]], tmp_path: Path
) -> None:
    with serve(tmp_path) as url, contextlib.closing(Prometheus(Server(url))) as source:
        assert source.pdus(*OCTOBER) == ["rack1", "rack2", "rack3"]
        served = source.read_pdu("rack1", *OCTOBER)
        assert_same_bill(source, tmp_path)
    own = polls()
    # each time is widened by a tenth of the interval and the longest scrape: the readings as such
    # have the same bounds if theirs are
    own = own._replace(
        earliest=[time - 90.0 for time in own.earliest],
        latest=[time + 100.0 for time in own.earliest],
        registers={name: own.registers[name] for name in served.registers},
    )
    first = own.earliest.index(served.earliest[0])
    last = own.earliest.index(served.earliest[-1])
    assert list(served.earliest) == own.earliest[first : last + 1] and last - first > 2980
    assert {*served.units} == {"A1"} and {*served.families} == {"apc-rpdu2"}
    for name in own.registers:
        assert list(served.registers[name].wh) == own.registers[name].wh[first : last + 1], name
    bounds = energies(served)
    for name, expected in energies(own).items():
        answer = bounds[name]
        assert answer is not None and expected is not None
        assert [answer.low, answer.high] == pytest.approx([expected.low, expected.high])
        assert answer.reasons == expected.reasons
        watts = LOADS.get(name, sum(LOADS.values()) + 6.0)
        assert answer.low <= watts * 744.0 <= answer.high


def assert_same_bill(served: Readings, folder: Path) -> None:
    """Outlets, an inlet with its watts, and one with the currents of its lines: each source bills
    the same.
    """
    customers = folder / "customers.csv"
    rows = "Acme,rack1,1,,\nAcme,rack2,,,\nCloudy,rack3,,,\n"
    customers.write_text("customer,pdu,outlet,from,to\n" + rows)
    tenancies = Tenancies.read(str(customers), ZoneInfo("UTC"))
    with contextlib.closing(stored(folder)) as store:
        own, other = (
            report_of(source, Terms(OCTOBER, tenancies, SUPPLY._replace(volts=230.0)))
            for source in (store, served)
        )
    assert own.is_firm() and other.is_firm()
    rows_of_server = {(row.customer, row.pdu, row.outlet): row for row in other.rows}
    for row in own.rows:
        if row.customer != NOBODY:
            other_row = rows_of_server[row.customer, row.pdu, row.outlet]
            assert row.energy is not None and other_row.energy is not None
            figures = row.energy.billable, other_row.energy.billable
            assert figures[0] == pytest.approx(figures[1], abs=600.0), row.pdu
            assert other_row.grade == row.grade == FIRM


def test_the_exporter_serves_what_is_asked_for() -> None:
    """Names and labels; the samples above are written by hand."""
    figures = MeterFigures(current_a=0.9, power_w=203.7, energy_kwh=5000.0)
    reading = Reading(
        [
            PolledOutlet("1", EnumPowerStatus.UP, figures=figures),
            PolledOutlet("2", EnumPowerStatus.UP, figures=MeterFigures(NotKnown("no sensor"))),
        ],
        *(0.9, 5000.0),
        inlet_w=210.0,
        answered=True,
        plate=Nameplate("apc-rpdu2", "A1", "2.0", 1e6),
    )
    served = parsed(metrics.page(reading, "").body.decode())
    assert {*METRICS, "pdu_up"} <= {*served}
    assert dict(*served["pdu_info"]) == {"family": "apc-rpdu2", "firmware": "2.0", "serial": "A1"}
    assert served["pdu_outlet_energy_joules_total"] == {(("outlet", "1"),): 5000.0 * 3.6e6}


class FakeServer(ThreadingHTTPServer):
    """Serves samples of one PDU; `fault` changes an answer, `status` its HTTP status."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fault: Mapping[str, Any] = {}
        self.status = 200
        self.series: list[tuple[Mapping[str, str], list[tuple[float, float]]]] = []
        self.tokens: list[Optional[str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def add(self, metric: str, value: Callable[[float], float], **labels: str) -> None:
        # a sample at each midnight, the end of a range and the begin of the next
        column = [(time - 60.0, value(time - 60.0)) for time in times()]
        self.series.append(({"__name__": metric, "instance": "rack1", **labels}, column))

    def answer(self, query: Mapping[str, list[str]]) -> Any:
        if "match[]" in query:
            assert "pdu_outlet_.+" in query["match[]"][0]
            return [labels for labels, _ in self.series if "pdu_outlet_" in labels["__name__"]]
        end = float(query["time"][0])
        rows = []
        for labels, column in self.series:
            if labels["__name__"] not in METRICS:
                continue
            values = [[at, str(value)] for at, value in column if end - DAY <= at <= end]
            rows.append({"metric": labels, "values": values})
        return {"resultType": "matrix", "result": rows}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, FakeServer)
        self.server.tokens.append(self.headers["Authorization"])
        data = self.server.answer(parse_qs(urlsplit(self.path).query))
        body = json.dumps({"status": "success", "data": data, **self.server.fault}).encode()
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "http://192.0.2.1/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as served:
        served.add("pdu_outlet_power_watts", lambda time: 203.7, outlet="1", job="a")
        served.add("pdu_outlet_energy_joules_total", joules, outlet="1", job="a")
        served.add("pdu_uptime_seconds", lambda time: time - OCTOBER.begin + 1e6, job="a")
        unit = {"serial": "A1", "firmware": "2.0", "exported_family": "x"}
        served.add("pdu_info", lambda time: 1.0, job="a", **unit)
        thread = threading.Thread(target=served.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield served
        served.shutdown()


def joules(time: float) -> float:
    return float(int(203.7 * (time - OCTOBER.begin + DAY) / 3600.0)) * 3600.0


def read(server: FakeServer, token: str = "") -> PduReadings:
    with contextlib.closing(Prometheus(Server(server.url, token))) as source:
        return source.read_pdu("rack1", *OCTOBER)


def test_a_sample_that_two_ranges_contain_is_taken_once(server: FakeServer) -> None:
    readings = read(server, "secret-token")
    assert list(readings.uptimes) == [time - 60.0 - OCTOBER.begin + 1e6 for time in times()[1:]]
    assert {*readings.units} == {"A1 2.0"} and {*readings.families} == {"x"}
    answer = energies(readings)["1"]
    assert answer is not None and answer.grade == FIRM
    assert {*server.tokens} == {"Bearer secret-token"}


@pytest.mark.parametrize(
    ("metric", "labels"),
    [("pdu_outlet_energy_joules_total", {"outlet": "1"}), ("pdu_info", {"serial": "B2"})],
)
def test_two_series_of_one_figure_are_refused(
    server: FakeServer, metric: str, labels: Mapping[str, str]
) -> None:
    """Readings of two units under one name would be taken for one that restarts at each poll."""
    server.add(metric, joules, job="b", **labels)
    with pytest.raises(PduHandlerError, match=f"two series of {metric}: .*--match"):
        read(server)


def test_two_targets_of_one_instance_are_refused_though_scraped_in_turn(
    server: FakeServer,
) -> None:
    """The one that is scraped first would be billed, and the other's readings left out."""
    server.add("pdu_outlet_energy_joules_total", joules, outlet="1", job="b")
    labels, column = server.series.pop()
    server.series.append((labels, [(time + 300.0, value) for time, value in column]))
    with pytest.raises(PduHandlerError, match='two targets: instance="rack1".*job="a".*--match'):
        read(server)


def test_a_target_that_got_another_label_goes_on(server: FakeServer) -> None:
    server.add("pdu_energy_joules_total", joules, site="x")
    labels, column = server.series.pop()
    server.series = [(labels, column[:1000]), ({**labels, "site": "y"}, column[1000:])]
    answer = energies(read(server))[INLET]
    assert answer is not None and answer.reasons == [UNKNOWN_UNIT] and answer.edges is not None


def test_a_label_outlet_of_the_target_names_no_outlet(server: FakeServer) -> None:
    server.series = []
    server.add("pdu_energy_joules_total", joules, outlet="rack")
    server.add("pdu_outlet_energy_joules_total", joules, outlet="rack", exported_outlet="1")
    assert [*read(server).registers] == [INLET, "1"]


def test_an_outlet_of_which_only_the_state_was_read_is_not_billable(
    server: FakeServer,
) -> None:
    """As from the meter's file: else the bill of a customer who has the whole PDU is firm."""
    server.add("pdu_outlet_state", lambda _: 1.0, outlet="2", job="a")
    for figure in ("energy", "power"):
        labels = {"outlet": "2", "figure": figure, "reason": "not_known"}
        server.add("pdu_figure_missing", lambda _: 1.0, job="a", **labels)
    readings = read(server)
    assert [*readings.registers] == ["1", "2"]
    assert {*readings.registers["2"].wh} == {None}
    assert {*readings.registers["2"].reasons} == {"no energy: not known"}
    assert {*readings.registers["1"].reasons} == {None}
    assert energies(readings)["2"] is None


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ({"warnings": ["a block is missing"]}, 200, "samples may be missing"),
        ({"isPartial": True}, 200, "samples may be missing"),
        ({"status": "error", "error": "too many samples"}, 422, "too many samples"),
        ({"data": {"resultType": "vector", "result": []}}, 200, "no matrix"),
        ({"status": None}, 302, "no reason given"),
    ],
)
def test_an_answer_that_lacks_samples_is_refused(
    server: FakeServer, fault: Mapping[str, Any], status: int, words: str
) -> None:
    server.fault, server.status = fault, status
    with pytest.raises(PduHandlerError, match=words):
        read(server)


def test_a_server_that_wants_a_login_is_named_with_what_to_give(server: FakeServer) -> None:
    server.status = 401
    with pytest.raises(Denied, match="--secret-file token=FILE"):
        read(server)


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1:9090", "https://user:pw@192.0.2.1", "https://", "http://a:b", "x"]
)
def test_a_url_that_cannot_be_asked_or_would_show_the_token_is_refused(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Server(url, "secret-token")
    assert "secret-token" not in str(caught.value) and "pw" not in str(caught.value)
