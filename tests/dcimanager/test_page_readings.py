"""The readings, figures and log of PDUs on the page and in its downloads, without a browser."""

from __future__ import annotations

import json

from .client import Client
from .manager import DciManager
from .readings import series
from .records import Call
from .visiting import Visitor


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
