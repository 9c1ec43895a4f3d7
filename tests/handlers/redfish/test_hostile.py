"""Calls to a broken, slow or hostile service, or through such a proxy."""

from __future__ import annotations

import base64
import logging
import re
import tracemalloc
from collections.abc import Iterator
from typing import Any, Callable, Optional

import pytest

from handlers.redfish import handler as handler_module, service as service_module
from handlers.redfish.handler import RedfishPdu
from handlers.shared.errors import PduHandlerError, ProtocolError, Unreachable
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.simulators.redfish import Fault, Model, RedfishService, units
from tests.simulators.redfish.faults import HUGE_BYTES
from tests.waiting import PATIENCE_S

from .simulated import handler

CALLS: dict[str, Callable[[RedfishPdu], Any]] = {
    "status": lambda pdu: pdu.status(),
    "statistic": lambda pdu: pdu.statistic(),
    "port_down": lambda pdu: pdu.port_down(PduPortView("A1"), deadline=0.5, pause=0.1),
    "labels": lambda pdu: pdu.labels(),
}
OUTLETS = "/redfish/v1/PowerEquipment/RackPDUs/1/Outlets"


@pytest.fixture
def unit() -> Iterator[RedfishService]:
    with RedfishService() as service:
        yield service


@pytest.mark.parametrize("call", CALLS)
def test_a_connection_that_ends_before_the_answer_is_unreachable(
    unit: RedfishService, call: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    unit.faults.order(Fault.CLOSE_BEFORE, count=None)
    with pytest.raises(Unreachable) as error_info:
        CALLS[call](handler(unit, timeout="60"))
    assert unit.books().writes == [] and unit.password not in caplog.text
    _holds_no_secret(unit, error_info.value)


def _holds_no_secret(unit: RedfishService, error: Optional[BaseException]) -> None:
    """Check that neither the error nor its causes hold the password, plain or as a Basic login."""
    secrets = [unit.password, base64.b64encode(f"{unit.user}:{unit.password}".encode()).decode()]
    while error is not None:
        assert not any(secret in f"{error} {error!r} {vars(error)}" for secret in secrets)
        error = error.__cause__ or error.__context__


# -- the login


@pytest.mark.parametrize("call", CALLS)
def test_a_sessions_token_is_in_no_error_and_no_log(
    call: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with RedfishService(units.sessions_only()) as unit:
        unit.faults.order(Fault.ECHO, count=None, method="PowerEquipment")
        with pytest.raises(PduHandlerError) as error_info:
            CALLS[call](handler(unit, session="session"))
        assert unit.opened == 1
        _holds_no_secret(unit, error_info.value)
        assert (
            re.search("[0-9a-f]{32}", f"{error_info.value} {vars(error_info.value)} {caplog.text}")
            is None
        )


def test_a_service_without_a_free_session_is_an_error_and_the_other_session_stays() -> None:
    with RedfishService(Model(login="session", most_sessions=1)) as unit:
        with unit.lock:
            unit.access.log_in(unit.viewer_user, unit.viewer_password)
        with pytest.raises(PduHandlerError):
            handler(unit).status()
        assert [session.user for session in unit.sessions] == [unit.viewer_user]


# -- other hosts


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_other_host_of_a_redirect_gets_no_request(
    unit: RedfishService, status: int, method: str
) -> None:
    with RedfishService(tls=False) as other:
        for scheme in ("http:", "", "HTTP:"):
            location = f"{scheme}//{other.host}:{other.port}"
            unit.faults.order(
                Fault.REDIRECT, count=1, method=method, status=status, location=location
            )
            with pytest.raises(PduHandlerError):
                CALLS["port_down"](handler(unit))
        assert other.books().connections == 0
    assert unit.books().writes == []


@pytest.mark.parametrize(
    "where", ["Outlets", "RackPDUs", "Members", "Mains", "DataSourceUri", "nextLink"]
)
def test_a_link_to_another_host_is_not_followed(where: str) -> None:
    with (
        RedfishService(tls=False) as other,
        RedfishService(units.apc() if where == "DataSourceUri" else units.plain()) as unit,
    ):
        other_url = f"http://{other.host}:{other.port}"
        relinked: list[str] = []

        def elsewhere(target: str, body: Any) -> Any:
            changed = _relinked(body, where, other_url)
            relinked.extend([target] if changed != body else [])
            return changed

        unit.rewrite = elsewhere
        try:
            handler(unit).statistic()
        except PduHandlerError:
            pass
        else:
            # a refused link to a circuit or a sensor leaves its figure unknown
            assert where in ("DataSourceUri", "Mains")
        assert relinked and other.books().connections == 0


def _relinked(body: Any, where: str, other_url: str) -> Any:
    """Return the body with links named `where` replaced by links to `other_url`.

    For "nextLink", lists of members get one.
    """
    if isinstance(body, list):
        return [_relinked(item, where, other_url) for item in body]
    if not isinstance(body, dict):
        return body
    if where == "nextLink" and "Members" in body:
        return {**body, "Members@odata.nextLink": f"{other_url}{body['@odata.id']}?$skip=1"}
    made: dict[str, Any] = {}
    for name, value in body.items():
        if name == where and isinstance(value, str):
            made[name] = other_url + value
        elif name == where:
            made[name] = (
                [{"@odata.id": other_url + item["@odata.id"]} for item in value]
                if isinstance(value, list)
                else {"@odata.id": other_url + value["@odata.id"]}
            )
        else:
            made[name] = _relinked(value, where, other_url)
    return made


# -- endless lists and answers


@pytest.mark.sample(3)
@pytest.mark.parametrize("model", [units.rack(), units.plain()], ids=["expanded", "plain"])
@pytest.mark.parametrize("page", ["the same again", "a new one forever"])
def test_paging_that_does_not_end_is_an_error_within_500_pages(
    model: Model, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # on a busy machine 500 pages may take over 45 s
    for module in (service_module, handler_module):
        monkeypatch.setattr(module, "CALL_SECONDS", 10 * PATIENCE_S)
    count = iter(range(1, 10**9))

    def next_page(target: str, body: Any) -> Any:
        if not target.startswith(OUTLETS) or "Members" not in body:
            return body
        link = target if page == "the same again" else f"{OUTLETS}?$skip={next(count)}"
        return {**body, "Members@odata.nextLink": link}

    with RedfishService(model) as unit:
        unit.rewrite = next_page
        with pytest.raises(
            ProtocolError, match="the device's list repeats a page or has too many pages"
        ):
            handler(unit).status()
        assert unit.books().requests < 510


@pytest.mark.parametrize("model", [units.rack(), units.plain()], ids=["expanded", "plain"])
@pytest.mark.parametrize(
    "loop", ["a PDU's outlets are the PDUs", "an outlet is the list", "a list contains itself"]
)
def test_reading_circular_links_ends_and_shows_no_state(model: Model, loop: str) -> None:
    pdus = OUTLETS.rpartition("/1/")[0]

    def circle(target: str, body: Any) -> Any:
        path = target.partition("?")[0]
        if loop == "a PDU's outlets are the PDUs":
            return _set(body, "Outlets", {"@odata.id": pdus})
        if loop == "an outlet is the list":
            return (
                {**body, "Members": [{"@odata.id": OUTLETS}] * len(body["Members"])}
                if path == OUTLETS
                else body
            )
        if path == pdus:
            return {**body, "Members": [{"@odata.id": pdus}]}
        # a link in place of the list, which the handler then requests
        return _set(body, "RackPDUs", {"@odata.id": pdus})

    with RedfishService(model) as unit:
        unit.rewrite = circle
        for name, call in CALLS.items():
            try:
                found = call(handler(unit, timeout="60"))
            except PduHandlerError:
                continue
            # PDUs are read as outlets without a state
            assert name != "port_down" and loop == "a PDU's outlets are the PDUs"
            assert name != "status" or {port.power_status for port in found.ports} == {
                EnumPowerStatus.UNKNOWN
            }
        assert unit.books().requests < 500 and unit.books().writes == []


def _set(body: Any, name: str, value: Any) -> Any:
    if isinstance(body, list):
        return [_set(item, name, value) for item in body]
    if not isinstance(body, dict):
        return body
    return {key: value if key == name else _set(item, name, value) for key, item in body.items()}


def test_an_answer_of_100_mb_is_refused_and_never_held_in_memory(unit: RedfishService) -> None:
    unit.faults.order(Fault.HUGE, count=None, skip=1)
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError):
            handler(unit).status()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < HUGE_BYTES // 2


# -- commands


@pytest.mark.parametrize(
    "target",
    [
        f"{OUTLETS}/A2/Actions/Outlet.PowerControl",
        f"{OUTLETS}/A1/../A2/Actions/Outlet.PowerControl",
        f"{OUTLETS}/A1/%2e%2e/A2/Actions/Outlet.PowerControl",
        f"{OUTLETS}/A1/..%2fA2/Actions/Outlet.PowerControl",
        f"{OUTLETS}/A1/..%5CA2/Actions/Outlet.PowerControl",
        f"{OUTLETS}/A11/Actions/Outlet.PowerControl",
        OUTLETS,
        f"{OUTLETS}/A1",
        "/redfish/v1/Managers/1/Actions/Manager.Reset",
        "/redfish/v1/PowerEquipment/RackPDUs/1/Actions/Outlet.PowerControl",
    ],
)
def test_no_command_is_sent_to_another_outlet_or_to_the_unit(
    unit: RedfishService, target: str
) -> None:
    def retargeted(body: Any) -> Any:
        if isinstance(body, list):
            return [retargeted(item) for item in body]
        if not isinstance(body, dict):
            return body
        if body.get("Id") == "A1" and "Actions" in body:
            control = {**body["Actions"]["#Outlet.PowerControl"], "target": target}
            return {**body, "Actions": {"#Outlet.PowerControl": control}}
        return {name: retargeted(item) for name, item in body.items()}

    unit.rewrite = lambda _, body: retargeted(body)
    with pytest.raises(PduHandlerError, match="below the outlet") as error_info:
        handler(unit).port_down(PduPortView("A1"))
    assert error_info.value.kind == "unsupported" and {request.method for request in unit.log} == {
        "GET"
    }
    assert all(unit.books().states.values()) and unit.boots() == 0


def test_a_restart_during_a_command_reports_no_wrong_state() -> None:
    with RedfishService(Model(relay_delay=0.3), reboot_seconds=0.2) as unit:

        def restart(target: str, body: Any) -> Any:
            if any(request.method == "POST" for request in unit.log) and not unit.boots():
                unit.reboot()
            return body

        unit.rewrite = restart
        port = PduPortView("A1")
        try:
            handler(unit, timeout="5").port_down(port, deadline=1.5, pause=0.1)
        except PduHandlerError as error:
            assert error.kind == "unreachable"
        else:
            assert port.power_status is EnumPowerStatus.UNKNOWN
        assert unit.boots() == 1 and unit.books().states["A1"] is True


# -- contradictions


@pytest.mark.parametrize(
    "reading",
    [
        float("inf"),
        float("nan"),
        -1.5,
        "1.5",
        True,
        [1.5],
        pytest.param(10**400, id="10 ** 400"),
        "",
        {},
    ],
)
def test_an_impossible_reading_is_never_shown(unit: RedfishService, reading: Any) -> None:
    unit.rewrite = lambda target, body: _set(body, "Reading", reading)
    try:
        figures = handler(unit).statistic()
    except PduHandlerError as error:
        assert error.kind == "protocol"
    else:
        shown = [
            figures.load,
            figures.total_consumption,
            *(port.consumption for port in figures.ports),
        ]
        assert all(isinstance(figure, float) and figure == 0.0 for figure in shown), shown
