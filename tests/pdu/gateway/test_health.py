"""What the gateway says of itself, and what it says while a PDU does not answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pdu.core.web import exposition
from tests.pdu.monitoring.halls import HASTY

from .running import Gateway, Site, gateway, site


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as made:
        yield made


@pytest.fixture
def silent(alone: Site) -> Iterator[socket.socket]:
    """What the PDU `right` is instead: it accepts connections and says nothing. Closed, it refuses
    them.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listed = alone.folder / "hall.csv"
        port = listener.getsockname()[1]
        listed.write_text(listed.read_text().replace(f":{alone.right.port},", f":{port},"))
        yield listener


def test_a_silent_pdu_does_not_keep_the_others_from_being_shown(
    alone: Site, silent: socket.socket
) -> None:
    """The answer comes before the handler gives the PDU up: its reason is not the handler's."""
    with gateway(alone.folder) as running:
        found = running.ask("GET", "/v1/status?wait_s=1").json
        states = {one["machine"]: one["state"] for one in found["machines"]}
        assert states.pop("srv-2") == "on" and set(states.values()) == {"unknown"}
        late = "not read within 1 s; ask again"
        assert found["unread"] == [{"pdu": "right", "reason": late}]
        (reason,) = {one["reason"] for one in found["machines"] if one["machine"] == "srv-1"}
        assert reason == f"right/1: {late}"
        # the reading went on, and its end is what a later question gets
        silent.close()
        found = running.ask("GET", "/v1/status?wait_s=60").json
        (unread,) = found["unread"]
        assert unread["pdu"] == "right" and "not read within" not in unread["reason"]
        for bad in ("-1", "61", "x", "nan"):
            assert running.ask("GET", f"/v1/status?wait_s={bad}").status == 400


def test_health_names_the_pdus_that_do_not_answer(alone: Site, silent: socket.socket) -> None:
    silent.close()
    with gateway(alone.folder) as running:
        assert running.ask("GET", "/healthz", who="").text == "ok\n"
        found = running.ask("GET", "/v1/health?wait_s=60").json
        assert not found["ok"] and found["journal"]["ok"] and found["files"]["ok"]
        assert {one["pdu"]: one["ok"] for one in found["pdus"]} == {"left": True, "right": False}
        healthy = running.ask("GET", "/healthz", who="")
        words = "ok\nPDUs that did not answer when they were last read: 1\n"
        assert (healthy.status, healthy.text) == (200, words)
        # another client's PDUs are not shown
        own = running.ask("GET", "/v1/health", who="one").json
        assert own["ok"] and [one["pdu"] for one in own["pdus"]] == ["left"]
        assert running.ask("GET", "/v1/health", who="switcher").status == 403


def test_health_says_that_the_journal_is_gone(alone: Site) -> None:
    with gateway(alone.folder) as running:
        assert running.switch("srv-2", "off").status == 200
        (alone.folder / "gateway.jsonl").rename(alone.folder / "moved.jsonl")
        healthy = running.ask("GET", "/healthz", who="")
        assert healthy.status == 503 and healthy.text.startswith("the journal cannot be written")
        journal = running.ask("GET", "/v1/health").json["journal"]
        assert not journal["ok"] and "was moved or removed" in journal["reason"]


def samples(running: Gateway, who: str = "admin") -> dict[tuple[str, ...], float]:
    answer = running.ask("GET", "/metrics", who=who)
    assert answer.status == 200 and answer.headers["content-type"] == exposition.TEXT
    return {
        (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def test_metrics_count_commands_and_answers_and_know_the_last_reading(alone: Site) -> None:
    with gateway(alone.folder, program=HASTY) as running:
        assert running.ask("GET", "/metrics", who="").status == 401
        found = samples(running)
        assert ("pdu_gateway_pdu_ok", "left") not in found  # not read yet
        assert running.switch("srv-2", "off").status == 200
        alone.left.faults.ignored = True
        assert running.switch("srv-2", "on").status == 424
        running.ask("GET", "/v1/status?wait_s=60")
        found = samples(running)
        assert found["pdu_gateway_commands_total", "off", "done"] == 1
        assert found["pdu_gateway_commands_total", "on", "unproven"] == 1
        assert found["pdu_gateway_commands_running",] == 0
        assert found["pdu_gateway_requests_total", "424"] == 1
        assert found["pdu_gateway_requests_total", "401"] == 1
        assert found["pdu_gateway_journal_ok",] == found["pdu_gateway_files_ok",] == 1
        assert found["pdu_gateway_pdu_ok", "left"] == found["pdu_gateway_pdu_ok", "right"] == 1
        assert found["pdu_gateway_pdu_age_seconds", "left"] >= 0
        assert ("pdu_gateway_pdu_ok", "right") not in samples(running, "one")


def test_commands_are_in_the_log(alone: Site) -> None:
    with gateway(alone.folder, program=HASTY) as running:
        done = running.switch("srv-2", "off").json["id"]
        alone.left.faults.ignored = True
        unproven = running.switch("srv-2", "on").json["id"]
    log = (alone.folder / "gateway.log").read_text().splitlines()
    begun = f"command {done}: off of srv-2 by admin"
    assert log.index(f"{begun}: begun") < log.index(f"{begun}: done")
    failed = f"command {unproven}: on of srv-2 by admin: not proven: left/2: "
    assert any(line.startswith(failed) for line in log)
