"""Units with neither outlets nor panels."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.shared.errors import PduHandlerError

from .described import L1, METERS, PDU, Described, Status, handler_of


@pytest.mark.parametrize("method", ["status", "statistic"])
@pytest.mark.parametrize("meters", [Status(404), []], ids=["no controller", "nothing configured"])
def test_a_unit_of_unknown_type_is_an_error_that_names_model_and_firmware_and_inlets(
    method: str, meters: Any
) -> None:
    unit = Described()
    unit.calls[PDU, "getMetaData"] = {"nameplate": {"model": "BCM2-9\n"}, "fwRevision": "4.0.0"}
    unit.calls[METERS] = meters
    words = r"model 'BCM2-9\\n', firmware '4.0.0', inlets: 0"
    with pytest.raises(PduHandlerError, match=words) as error_info:
        getattr(handler_of(unit), method)()
    assert error_info.value.kind == "unsupported"
    assert unit.requests == 2


@pytest.mark.parametrize("claim", ["hasSwitchableOutlets", "hasMeteredOutlets"])
@pytest.mark.parametrize("method", ["status", "statistic"])
def test_a_unit_that_claims_outlets_and_lists_none_is_an_error(method: str, claim: str) -> None:
    unit = Described()
    unit.inlet({"current": 3.0}, {L1: 3.0})
    unit.calls[PDU, "getMetaData"][claim] = True
    with pytest.raises(PduHandlerError, match="inlets: 1.*: yes"):
        getattr(handler_of(unit), method)()


@pytest.mark.parametrize("method", ["status", "statistic"])
def test_a_unit_that_lists_neither_outlets_nor_inlets_is_an_error_whatever_it_says(
    method: str,
) -> None:
    words = "inlets: 0.*switchable outlets: no, metered outlets: no"
    with pytest.raises(PduHandlerError, match=words) as error_info:
        getattr(handler_of(Described()), method)()
    assert error_info.value.kind == "unsupported"


@pytest.mark.parametrize(
    "metadata", [{}, {"hasSwitchableOutlets": False}, {"hasMeteredOutlets": False}]
)
def test_a_unit_without_outlets_whose_metadata_lacks_a_claim_about_them_is_an_error(
    metadata: Any,
) -> None:
    unit = Described()
    unit.inlet({"current": 3.0}, {L1: 3.0})
    unit.calls[PDU, "getMetaData"] = metadata
    with pytest.raises(PduHandlerError, match="inlets: 1.*: unknown") as error_info:
        handler_of(unit).status()
    assert error_info.value.kind == "unsupported"


@pytest.mark.parametrize("failed, kind", [(Status(403), "denied"), (Status(500), "refused")])
@pytest.mark.parametrize("call", [METERS, (PDU, "getMetaData"), (PDU, "getInlets")])
def test_a_failed_call_about_the_type_is_an_error(call: Any, failed: Status, kind: str) -> None:
    unit = Described()
    unit.inlet({"current": 3.0}, {L1: 3.0})
    unit.calls[call] = failed
    with pytest.raises(PduHandlerError) as error_info:
        handler_of(unit).status()
    assert error_info.value.kind == kind
