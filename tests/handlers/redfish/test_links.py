"""Links: another host gets no request, loops end, and no command goes to another resource.

The fault matrix has what devices and networks of every handler do.
"""

from __future__ import annotations

from typing import Any, Callable

import pytest

from handlers.redfish import handler as handler_module, service as service_module
from handlers.redfish.handler import RedfishPdu
from handlers.shared.errors import PduHandlerError, ProtocolError
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.simulators.redfish import Model, RedfishService, units
from tests.waiting import PATIENCE_S

from .simulated import handler
from .tree import OUTLETS, Tree, serving

CALLS: dict[str, Callable[[RedfishPdu], Any]] = {
    "status": lambda pdu: pdu.status(),
    "statistic": lambda pdu: pdu.statistic(),
    "port_down": lambda pdu: pdu.port_down(PduPortView("A1"), deadline=0.5, pause=0.1),
    "labels": lambda pdu: pdu.labels(),
}
MODELS = pytest.mark.parametrize("model", [units.rack(), units.plain()], ids=["expanded", "plain"])


def changed(body: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """The body with each object in it changed, the innermost first."""
    if isinstance(body, list):
        return [changed(item, change) for item in body]
    if not isinstance(body, dict):
        return body
    return change({name: changed(value, change) for name, value in body.items()})


@pytest.mark.parametrize(
    "where", ["Outlets", "RackPDUs", "Members", "Mains", "DataSourceUri", "nextLink"]
)
def test_a_link_to_another_host_is_not_followed(where: str) -> None:
    other = Tree({})
    changed_links = list[str]()

    def to_other_host(link: str) -> str:
        changed_links.append(link)
        return elsewhere + link

    def change(body: dict[str, Any]) -> dict[str, Any]:
        if where == "nextLink" and "Members" in body:
            next_link = to_other_host(f"{body['@odata.id']}?$skip=1")
            return {**body, "Members@odata.nextLink": next_link}
        value = body.get(where)
        if isinstance(value, str):
            return {**body, where: to_other_host(value)}
        if isinstance(value, dict):
            return {**body, where: {"@odata.id": to_other_host(value["@odata.id"])}}
        if isinstance(value, list):
            links = [{"@odata.id": to_other_host(link["@odata.id"])} for link in value]
            return {**body, where: links}
        return body

    model = units.sensors_only() if where == "DataSourceUri" else units.plain()
    with serving(other) as address, RedfishService(model) as service:
        elsewhere = f"http://{address}"
        service.rewrite = lambda target, body: changed(body, change)
        try:
            handler(service).statistic()
        except PduHandlerError:
            pass
        else:
            # a refused link to a circuit or a sensor leaves its figure unknown
            assert where in ("DataSourceUri", "Mains")
    assert changed_links
    assert other.connections == 0


@pytest.mark.sample(3)
@MODELS
@pytest.mark.parametrize("page", ["the same again", "a new one forever"])
def test_paging_that_does_not_end_is_an_error_within_500_pages(
    model: Model, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # on a busy machine 500 pages may take over 45 s
    for module in (service_module, handler_module):
        monkeypatch.setattr(module, "CALL_SECONDS", 10 * PATIENCE_S)

    def next_page(target: str, body: Any) -> Any:
        if not target.startswith(OUTLETS) or "Members" not in body:
            return body
        link = target if page == "the same again" else f"{OUTLETS}?$skip={len(service.log)}"
        return {**body, "Members@odata.nextLink": link}

    with RedfishService(model) as service:
        service.rewrite = next_page
        with pytest.raises(ProtocolError, match="repeats a page|too many pages|though more follow"):
            handler(service).status()
        assert service.truth().requests < 510


@MODELS
@pytest.mark.parametrize(
    "loop", ["a PDU's outlets are the PDUs", "an outlet is the list", "a list contains itself"]
)
def test_reading_circular_links_ends_and_shows_no_state(model: Model, loop: str) -> None:
    pdus = OUTLETS.rpartition("/1/")[0]
    to_pdus = {"@odata.id": pdus}

    def with_outlets_at_pdus(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "Outlets": to_pdus} if "Outlets" in body else body

    def with_linked_pdus(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "RackPDUs": to_pdus} if "RackPDUs" in body else body

    def circle(target: str, body: Any) -> Any:
        path = target.partition("?")[0]
        if loop == "a PDU's outlets are the PDUs":
            return changed(body, with_outlets_at_pdus)
        if loop == "an outlet is the list" and path == OUTLETS:
            return {**body, "Members": [{"@odata.id": OUTLETS}] * len(body.get("Members", ()))}
        if loop == "a list contains itself" and path == pdus:
            return {**body, "Members": [to_pdus]}
        if loop == "a list contains itself":
            return changed(body, with_linked_pdus)  # also where the PDUs were included
        return body

    with RedfishService(model) as service:
        service.rewrite = circle
        for name, call in CALLS.items():
            try:
                view = call(handler(service, timeout="60"))
            except PduHandlerError:
                continue
            # PDUs are read as outlets without a state
            assert name != "port_down"
            assert loop == "a PDU's outlets are the PDUs"
            if name == "status":
                states = {port.power_status for port in view.ports}
                assert states == {EnumPowerStatus.UNKNOWN}
        assert service.truth().requests < 500
        assert service.truth().writes == []
