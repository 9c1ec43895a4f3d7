"""Which conditions prevent a switching command."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.raritan.rpc import Bulk
from handlers.raritan.rpc.pdumodel import Outlet, Pdu
from handlers.raritan.switch_checks import raise_if_locked, raise_if_numbering_differs
from handlers.shared.errors import PduHandlerError

from .described import INTERNAL_ERROR, PDU, Described, Status

OUTLET = f"{PDU}/outlet/0"
ANSWERS: dict[Any, Any] = {
    (PDU, "getSettings"): {"inhibitRelayControl": False},
    (OUTLET, "getMetaData"): {"isSwitchable": True},
    (OUTLET, "getState"): {"available": True, "powerState": 1},
}


def raise_if_outlet_1_is_locked(**answers: Any) -> None:
    """Call `raise_if_locked` with the usual answers, except for the methods named in `answers`."""
    unit = Described()
    unit.calls.update(
        {(rid, method): answers.get(method, usual) for (rid, method), usual in ANSWERS.items()}
    )
    agent = unit.agent()
    bulk = Bulk(agent)
    outlet = Outlet(OUTLET, agent)
    requests = (
        bulk.add(Pdu(PDU, agent).getSettings),
        bulk.add(outlet.getMetaData),
        bulk.add(outlet.getState),
    )
    bulk.perform()
    raise_if_locked("1", *requests)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"getSettings": {}},
        {"getMetaData": {}},
        {"getState": {}},
        {"getSettings": Status(404)},
        {"getMetaData": Status(404)},
        {"getState": Status(404)},
    ],
)
def test_a_missing_answer_or_field_does_not_prevent_the_command(answers: dict[str, Any]) -> None:
    raise_if_outlet_1_is_locked(**answers)


@pytest.mark.parametrize("method", ["getMetaData", "getState"])
def test_an_outlet_that_the_account_may_not_read_is_not_switched(method: str) -> None:
    with pytest.raises(PduHandlerError) as error_info:
        raise_if_outlet_1_is_locked(**{method: Status(403)})
    assert error_info.value.kind == "denied"


_PROVEN: list[tuple[Any, Any]] = [
    ({"label": "1"}, {"label": "1"}),
    ({"label": "AA1"}, {"label": "AA1"}),
    ({"label": "5"}, {"label": "5"}),
    # The label behind the well-known id is not known: only the position's own number proves it.
    *((Status(code), {"label": text}) for text in ("1", "01") for code in (404, 403, 500)),
    ({}, {"label": "1"}),
]
_NOT_PROVEN: list[tuple[Any, Any]] = [
    ({"label": "1"}, {"label": "2"}),
    ({"label": "AA1"}, {"label": "AA2"}),
    ({"label": "1"}, {}),
    ({"label": ""}, {"label": ""}),
    ({}, {"label": "2"}),
    (Status(404), {"label": "2"}),
    (Status(403), {"label": "2"}),
    *((Status(404), {"label": text}) for text in ("AA2", "", "\u0662", "9" * 5000)),
    (Status(404), {}),
]
_UNREAD: list[tuple[Any, Any]] = [
    ({"label": "1"}, answer) for answer in (Status(500), Status(503), Status(404), INTERNAL_ERROR)
]


@pytest.mark.parametrize(
    "known, listed, words",
    [
        *((*labels, "") for labels in _PROVEN),
        *((*labels, "report its model and firmware") for labels in _NOT_PROVEN),
        *((*labels, "HTTP Error|-32603|internal") for labels in _UNREAD),
    ],
)
@pytest.mark.parametrize("identity", ["1", "2.1"])
def test_an_outlet_is_the_one_of_its_identity_only_if_labels_prove_it(
    known: Any, listed: Any, words: str, identity: str
) -> None:
    """`words`: those of the error; "" if it is proven."""
    unit = Described()
    unit.calls[OUTLET, "getMetaData"] = known
    unit.calls["/listed", "getMetaData"] = listed
    agent = unit.agent()
    bulk = Bulk(agent)
    outlets = [Outlet(OUTLET, agent), Outlet("/listed", agent)]
    first, second = bulk.add_each(Outlet.getMetaData, outlets)
    bulk.perform()
    if not words:
        raise_if_numbering_differs(identity, first, second, agent.login.quoted)
        return
    with pytest.raises(PduHandlerError, match=words):
        raise_if_numbering_differs(identity, first, second, agent.login.quoted)
