"""What the handler shows if any answer, list, link or value of a Redfish service is spoilt."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Optional

import pytest

from handlers.http.connection import StandardTransport
from handlers.http.message import Endpoint, Request, Response, Transport
from handlers.redfish.handler import RedfishPdu
from handlers.shared.tls import Trust
from pdu.inspection.redfish.topology import read_topology
from pdu.inspection.topology import MeteredPart
from pdu_common.connection import PduData
from tests.faults.sweep import Case, Shown, Spoilt, random_pairs, single_cases, swept
from tests.handlers.http.leaves import ANSWER_WAYS, LEAF_WAYS, Leaf, leaves, spoilt_answers
from tests.pdu.inspection.shown_parts import kinds_of, shown_parts
from tests.simulators.redfish import Model, Pdu, RedfishService
from tests.simulators.redfish.model import Expand

_METERS = ("CurrentAmps", "PowerWatts", "EnergykWh")
_SMALL = Pdu(outlets=("A1", "A2", "B1"), mains=("AC1", "AC2"), branches=("A", "B"))
UNITS: Mapping[str, Model] = {
    "rack": Model((_SMALL,)),
    "plain": Model((_SMALL,), expand=None),
    "paged": Model((_SMALL,), page=2),
    "several": Model(
        tuple(
            Pdu(id=number, outlets=("A1", "A2"), branches=("A",), serial=f"SIM{number}")
            for number in ("1", "2")
        )
    ),
    "one phase": Model((Pdu(outlets=("A1", "A2"), mains=("AC1",), branches=("A", "B"), phases=1),)),
    "only sensors": Model(
        (Pdu(outlets=("A1", "A2"), branches=("A",), in_sensors=True),),
        expand=Expand(all=False, links=False, levels=False, max_levels=1),
    ),
    "only meters": Model(
        (
            Pdu(
                outlets=("A1", "A2"),
                branches=("A",),
                outlets_metered=False,
                switched=False,
            ),
        )
    ),
}


class Answers(Transport):
    """Recorded answers in place of a service."""

    def __init__(self, replies: Mapping[str, tuple[int, bytes]]) -> None:
        self._replies = replies

    def exchange(self, where: Endpoint, request: Request) -> Response:
        status, body = self._replies.get(request.target, (404, b"{}"))
        return Response(status, {"content-type": "application/json"}, body)

    def close(self) -> None:
        pass


class Recorder(Answers):
    """The answers of a service, which are kept."""

    def __init__(self, inner: Transport, bodies: dict[str, Any]) -> None:
        self._inner = inner
        self._bodies = bodies

    def exchange(self, where: Endpoint, request: Request) -> Response:
        reply = self._inner.exchange(where, request)
        if request.method == "GET" and reply.status == 200:
            self._bodies[request.target] = json.loads(reply.body)
        return reply

    def close(self) -> None:
        self._inner.close()


class RecordedPdu(RedfishPdu):
    """The handler on recorded answers, or, with `bodies`, on a service whose answers it records."""

    replies: Mapping[str, tuple[int, bytes]] = {}
    bodies: Optional[dict[str, Any]] = None

    def transport(self, trust: Trust) -> Transport:
        if self.bodies is None:
            return Answers(self.replies)
        return Recorder(StandardTransport(trust, 600.0), self.bodies)


def pdu(address: str, port: int, user: str, password: str) -> RecordedPdu:
    settings = {"scheme": "http", "port": str(port), "username": user, "password": password}
    return RecordedPdu(PduData(address, {**settings, "session": "basic"}))


def shown_by(handler: RecordedPdu) -> Shown:
    """The figures of the unit, by "A", "kWh" and "W", and of its outlets, by "7 A" and so on; the
    outlets' states, by their identities.
    """
    figures = handler.measured(with_power=True)
    shown: dict[str, Any] = {
        "A": figures.load_a,
        "kWh": figures.energy_kwh,
        "W": figures.power_w,
    }
    for identity, port in figures.ports.items():
        for name, figure in zip(("A", "W", "kWh"), port):
            shown[f"{identity} {name}"] = figure
    shown.update((port.identity, port.power_status) for port in handler.status().ports)
    return shown


def recorded(model: Model, *, with_parts: bool = False) -> dict[str, Any]:
    """The answers that a status and a statistic need, by target, and those of lines and branches.
    Each counter is another one.
    """
    bodies: dict[str, Any] = {}
    with RedfishService(model, tls=False) as service:
        handler = pdu(service.host, service.port, service.user, service.password)
        handler.bodies = bodies
        shown_by(handler)
        if with_parts:
            with handler.session("check") as session:
                read_topology(session)
    return bodies


def read(answers: Mapping[str, Any], leaf_by_name: Mapping[str, Leaf], case: Case) -> Shown:
    handler = pdu("192.0.2.7", 80, "operator", "secret-word")
    handler.replies = spoilt_answers(answers, leaf_by_name, case)
    return shown_by(handler)


def exceptions(leaf_by_name: Mapping[str, Leaf]) -> dict[Spoilt, str]:
    """What nothing can show, with its reason."""
    why = (
        "by the schema, a PDU without this property has no such list: the next source is read. Of"
        " several PDUs, one without Outlets that has mains is one that only meters, which is logged"
    )
    links = ("Mains", "Metrics", "Branches", "Outlets")
    why_metered = "by the schema, what lacks this property, or all of its lines, has no such meter"
    meters = [f"{phases}{name}" for phases in ("", "PolyPhase") for name in _METERS]
    reasons: dict[Spoilt, str] = {}
    for answer, leaf in leaf_by_name.items():
        name = leaf.path[-1] if leaf.path else ""
        if name in links:
            reasons[Spoilt(answer, "gone")] = why
        if name in meters:
            reasons[Spoilt(answer, "gone")] = reasons[Spoilt(answer, "empty")] = why_metered
    return reasons


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", UNITS)
def test_no_spoilt_answer_of_a_service_is_a_false_figure_or_state(name: str) -> None:
    answers = recorded(UNITS[name])
    leaf_by_name = leaves(answers)
    reasons = exceptions(leaf_by_name)
    cases = single_cases(leaf_by_name, LEAF_WAYS)
    cases = random.Random(1).sample(cases, 250) + single_cases(answers, tuple(ANSWER_WAYS))
    assert (
        swept(partial(read, answers, leaf_by_name), cases, lambda spoilt: reasons.get(spoilt, ""))
        == []
    )


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", UNITS)
def test_no_two_spoilt_answers_of_a_service_are_a_false_figure_or_state(name: str) -> None:
    answers = recorded(UNITS[name])
    leaf_by_name = leaves(answers)
    reasons = exceptions(leaf_by_name)
    cases = random_pairs(leaf_by_name, LEAF_WAYS, 100, seed=2)
    assert (
        swept(partial(read, answers, leaf_by_name), cases, lambda spoilt: reasons.get(spoilt, ""))
        == []
    )


def test_the_sweep_reads_each_service_whole() -> None:
    for name, model in UNITS.items():
        shown = read(recorded(model), {}, ())
        assert None not in [shown[total] for total in ("A", "kWh", "W")], name
        assert set(shown) >= {"A1", "A2"} or name == "several"


def test_a_pdu_of_several_whose_list_of_outlets_is_gone_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answers = recorded(UNITS["several"])
    leaf_by_name = leaves(answers)
    (answer,) = [
        str(leaf)
        for leaf in leaf_by_name.values()
        if leaf.path[-1] == "Outlets" and leaf.path[-2:-1] == (0,)
    ]
    with caplog.at_level("WARNING"):
        shown = read(answers, leaf_by_name, (Spoilt(answer, "gone"),))
    assert "1.A1" not in shown
    assert "2.A1" in shown
    assert "PDU 1 lists no outlets, so it is taken as one that only meters" in caplog.text


def parts_of(answers: Mapping[str, tuple[int, bytes]]) -> Sequence[MeteredPart]:
    handler = pdu("192.0.2.7", 80, "operator", "secret-word")
    handler.replies = answers
    with handler.session("check") as session:
        return read_topology(session)


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", UNITS)
def test_no_line_or_branch_vanishes_with_a_spoilt_answer(name: str) -> None:
    answers = recorded(UNITS[name], with_parts=True)
    leaf_by_name = leaves(answers)
    whole = spoilt_answers(answers, leaf_by_name, case=())
    kinds = kinds_of(parts_of(whole))
    assert kinds

    def read_parts(case: Case) -> Shown:
        spoilt = spoilt_answers(answers, leaf_by_name, case)
        return shown_parts(parts_of(spoilt), kinds)

    reasons = exceptions(leaf_by_name)
    of_leaves = single_cases(leaf_by_name, LEAF_WAYS)
    cases = random.Random(1).sample(of_leaves, 250)
    cases += single_cases(answers, tuple(ANSWER_WAYS))
    assert swept(read_parts, cases, lambda spoilt: reasons.get(spoilt, "")) == []
