"""The readings, figures and log of PDUs on the page and in its downloads, without a browser."""

from __future__ import annotations

import json
import time

import pytest

from . import journal
from .client import Client
from .manager import DciManager
from .readings import series
from .records import Call
from .visiting import Visitor
from .web.shown import number


def test_a_pdu_is_shown_as_not_polled_yet_until_its_first_poll(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    Client(site).install(small)
    site.add_pdu("rack", "pdu_small", "127.0.0.1")
    assert "not polled yet" in visitor.get("/").body
    site.poll()
    assert "not polled yet" not in visitor.get("/").body


def test_figures_from_before_a_failed_reading_are_shown_with_their_time(
    visitor: Visitor, site: DciManager
) -> None:
    site.store.create("pdu", "pdu_x", "x", ["custom"], [])
    pdu = site.add_pdu("rack", "pdu_x", "127.0.0.1")
    failed = Call("statistic", "", 0.1, {}, "protocol", "no meter answers", at=1_800_000_000.0)
    pdu.note(failed)
    assert "could not be read (<bdi>no meter answers</bdi>)" in visitor.get(f"/pdus/{pdu.id}").body
    pdu.note(
        failed._replace(
            kind="",
            value={
                "load": 1.5,
                "total_consumption": 42.25,
                "metered": ["load", "energy"],
                "ports": {},
                "port_metered": [],
                "port_load": {},
            },
        )
    )
    earlier = "2027-01-15 08:00:00 UTC"
    assert all(earlier not in visitor.get(path).body for path in ("/", f"/pdus/{pdu.id}"))
    dated = '1.500<span class="unit">&nbsp;A</span></span> <span class="hint">at <time'
    pdu.note(failed._replace(method="status", at=1_800_000_030.0))
    assert dated in visitor.get("/").body
    pdu.note(failed._replace(method="status", kind="", value={"ports": {}}, at=1_800_000_040.0))
    assert dated not in visitor.get("/").body
    pdu.note(failed._replace(at=1_800_000_060.0))
    assert dated in visitor.get("/").body
    body = visitor.get(f"/pdus/{pdu.id}").body
    assert f"{earlier}</time>: the last reading failed (<bdi>no meter answers</bdi>)" in body
    pdu.calls.clear()  # as after a restart
    assert dated in visitor.get("/").body
    assert 'are from <time datetime="2027-01-15T08:00:00' in visitor.get(f"/pdus/{pdu.id}").body
    # perhaps another device, which has not been read yet
    pdu.changed()
    pdu.note(failed._replace(at=1_800_000_070.0))
    body = visitor.get(f"/pdus/{pdu.id}").body
    assert (
        "could not be read (<bdi>no meter answers</bdi>)" in body
        and "1.500" not in body
        and "42.25" not in body
    )


def test_readings_are_served_as_json_and_csv(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    Client(site).install(small)
    pdu = site.add_pdu("rack", "pdu_small", "127.0.0.1")
    site.poll()
    site.poll()
    body = visitor.get(f"/pdus/{pdu.id}/readings.json?hours=1").body
    assert (
        body.count("42.25") == 2
        and body.count("1.5") >= 2
        and len(series(site.store._db, pdu.id, 0.0)) == 2
    )
    rows = visitor.get(f"/pdus/{pdu.id}/readings.csv?hours=1").body.splitlines()
    assert (
        rows[0] == "time (UTC),load (A),energy (kWh)"
        and rows[1].endswith(",1.5,42.25")
        and len(rows) == 3
    )
    shown = json.loads(body)
    assert shown["count"] == len(shown["at"]) == 2  # no gap between the two readings
    assert visitor.get(f"/pdus/{pdu.id}/readings.json?hours=1&outlet=1").status == 200


def test_the_step_to_another_devices_counter_is_a_gap_and_not_energy_used(
    visitor: Visitor, site: DciManager
) -> None:
    site.store.create("pdu", "pdu_x", "x", ["custom"], [])
    pdu = site.add_pdu("rack", "pdu_x", "127.0.0.1")

    def count(energy: float) -> None:
        value = {
            "load": 0.0,
            "total_consumption": energy,
            "metered": ["energy"],
            "ports": {"1": energy},
            "port_metered": ["1"],
            "port_load": {},
        }
        call = Call("statistic", "", 0.1, value, "", "", at=time.time())
        pdu.note(call)
        site.journal.wrote(pdu, call)

    count(10.0)
    count(12.0)
    assert '"changed":false' in visitor.get(f"/pdus/{pdu.id}/readings.json").body
    assert (
        visitor.post(f"/pdus/{pdu.id}/edit", {"name": "rack", "address": "127.0.0.2"}).status == 303
    )
    count(900.0)
    count(901.0)
    for outlet in ("", "?outlet=1"):
        shown = json.loads(visitor.get(f"/pdus/{pdu.id}/readings.json{outlet}").body)
        assert shown["energy"] == [10.0, 12.0, None, 900.0, 901.0] and shown["at"] == sorted(
            shown["at"]
        )
        assert (shown["count"], shown["used"], shown["changed"]) == (4, 3.0, True)


@pytest.mark.parametrize(
    "value, text",
    [
        (-0.0001, "0.000"),
        (0.0, "0.000"),
        (1.2345, "1.234"),
        (-1.5, "-1.500"),
        (1_234_567.0, "1,234,567.000"),
    ],
)
def test_a_figure_has_three_decimals_and_no_negative_zero(value: float, text: str) -> None:
    assert number(value) == text


def test_the_log_distinguishes_hung_crashed_and_failed_calls(
    visitor: Visitor, site: DciManager, small: bytes
) -> None:
    Client(site).install(small)
    for say in ("hang", "die", "bug"):
        pdu = site.add_pdu(say, "pdu_small", "127.0.0.1", settings={"say": say})
        pdu.call_seconds = 0.5 if say == "hang" else None
    site.poll()
    body = visitor.get("/log?pdu=&failed=1").body
    assert all(
        words in body
        for words in (
            "hung, stopped",
            "crashed",
            "ValueError: a defect of the handler",
            "defect in status",
        )
    )


def test_thinning_the_log_keeps_the_newest_calls_failures_and_switchings_of_each_pdu(
    site: DciManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kept in ("KEPT_CALLS", "KEPT_NOTABLE", "KEPT_EVENTS"):
        monkeypatch.setattr(journal, kept, 2)
    site.store.create("pdu", "pdu_x", "x", ["custom"], [])
    busy, quiet = (site.add_pdu(name, "pdu_x", "127.0.0.1") for name in ("busy", "quiet"))
    site.journal.wrote(quiet, Call("status", "", 0.1, {}, "", "", at=0.0))
    calls = [
        ("status", "unreachable"),
        ("port_up", ""),
        ("status", "unreachable"),
        *[("status", "")] * 3,
    ]
    for at, (method, kind) in enumerate(calls):
        site.journal.wrote(busy, Call(method, "", 0.1, {}, kind, kind, at=float(at)))
    for text in "abc":
        site.journal.happened(text)
    site.thin()
    assert [entry.call.at for entry in site.journal.calls(busy.id)] == [5.0, 4.0, 2.0, 1.0]
    assert len(site.journal.calls(quiet.id)) == 1 and [
        event.text for event in site.journal.events()
    ] == ["c", "b"]
