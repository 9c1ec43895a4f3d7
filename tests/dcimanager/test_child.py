"""The part of a worker process that runs a handler: which answers, settings and errors it accepts,
and how it logs.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from . import child

PDU = {"protocol": "custom", "address": "", "snmp": {}, "settings": {}, "handler": "x"}


def loaded() -> child._Worker:
    """A `child._Worker` with the NUT handler, in the process of the test."""
    return child._Worker(
        {"adapter": "", "metering": False, "import": "handlers.nut.handler", "fresh": False}
    )


@pytest.mark.parametrize("name", ["ON", "", [], None])
def test_a_state_other_than_up_down_or_unknown_is_a_defect_of_its_handler(
    name: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = SimpleNamespace(identity="1", power_status=SimpleNamespace(name=name))
    pdu = SimpleNamespace(status=lambda: SimpleNamespace(ports=[port]), port_up=lambda given: port)
    worker = loaded()
    monkeypatch.setattr(worker, "_make", lambda data: pdu)
    for method in ("status", "port_up"):
        answer = worker.answer({"method": method, "identity": "1", "state": "DOWN", "data": PDU})
        assert answer == {
            "kind": "bug",
            "text": f"ValueError: a state must be UP, DOWN or UNKNOWN, not {name!r}",
        }


def test_a_switch_call_that_is_answered_with_another_port_is_a_defect_of_its_handler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = SimpleNamespace(identity="2", power_status=SimpleNamespace(name="DOWN"))
    worker = loaded()
    monkeypatch.setattr(
        worker, "_make", lambda data: SimpleNamespace(port_down=lambda given: other)
    )
    answer = worker.answer({"method": "port_down", "identity": "1", "state": "UP", "data": PDU})
    assert answer == {
        "kind": "bug",
        "text": "ValueError: the answer is about the port '2', not '1'",
    }


@pytest.mark.parametrize("method", ["status", "statistic"])
def test_two_ports_with_one_identity_are_a_defect_of_their_handler(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = [
        SimpleNamespace(identity="1", power_status=SimpleNamespace(name="UP"), consumption=energy)
        for energy in (1.0, 2.0)
    ]
    view = SimpleNamespace(load=1.0, total_consumption=3.0, ports=ports)
    worker = loaded()
    monkeypatch.setattr(
        worker, "_make", lambda data: SimpleNamespace(status=lambda: view, statistic=lambda: view)
    )
    answer = worker.answer({"method": method, "data": PDU})
    assert answer == {
        "kind": "bug",
        "text": "ValueError: two ports have the same identity: ['1', '1']",
    }


@pytest.mark.parametrize("load", [float("nan"), float("inf"), 1, "1.0", None])
def test_a_load_that_is_not_a_finite_float_is_a_defect_of_its_handler(
    load: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = SimpleNamespace(load=load, total_consumption=3.0, ports=[])
    worker = loaded()
    monkeypatch.setattr(worker, "_make", lambda data: SimpleNamespace(statistic=lambda: view))
    answer = worker.answer({"method": "statistic", "data": PDU})
    assert answer == {
        "kind": "bug",
        "text": f"TypeError: a figure must be a finite float, not {load!r}",
    }
