"""The accounts of a Digital Loggers unit: one that may not see all outlets, and access tokens."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable

import pytest

from handlers.digitalloggers.handler import make_handler
from handlers.http.unit_requests import listed_outlets
from handlers.shared import errors
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.other_clients import switch, unit_data
from tests.servers.peers.unit_pdus import UnitPeers
from tests.simulators.digitalloggers import TOKEN
from tests.simulators.unit_servers import PASSWORD, USER, Reply


def test_an_account_that_does_not_see_all_outlets_is_an_error_that_names_them() -> None:
    """The unit's lists leave no gap for the others: places in them are no numbers."""
    peers = UnitPeers("digitalloggers")
    device = peers.device()
    with peers.serve(device) as unit:
        handler = make_handler(unit_data(unit))
        assert len(handler.status().ports) == 8
        device.hidden = {1, 3, 6, 7, 8}
        port = PduPortView("1", EnumPowerStatus.UNKNOWN)
        for call in (handler.status, handler.statistic, partial(handler.port_down, port)):
            with pytest.raises(errors.Denied, match="sees the outlets 2, 4, 5 alone"):
                call()
        assert not device.writes
        # of the first ones, the places are the numbers
        device.hidden = {7, 8}
        assert [port.identity for port in handler.status().ports] == list("123456")


@pytest.mark.parametrize("status", [207, 200])
@pytest.mark.parametrize(
    "change",
    [
        lambda links: "",
        lambda links: links.replace("rel=item", "rel=related"),
        lambda links: links.replace("outlets/0/", "outlets/x/"),
        lambda links: links.partition(", ")[2],
        lambda links: f"{links}, </restapi/relay/outlets/8/physical_state/>; rel=item",
        lambda links: "nonsense",
    ],
)
def test_a_list_whose_numbers_are_not_proven_is_an_error(
    change: Callable[[str], str], status: int
) -> None:
    """A proof that is missing, or not understood, is none."""
    peers = UnitPeers("digitalloggers")
    device = peers.device()
    answer = device.answer

    def changed_answer(method: str, path: str, body: bytes) -> Any:
        reply = answer(method, path, body)
        if isinstance(reply, Reply) and "Link" in reply.headers:
            return Reply(status, reply.body, {"Link": change(reply.headers["Link"])})
        return reply

    device.answer = changed_answer
    with peers.serve(device) as unit:
        handler = make_handler(unit_data(unit))
        port = PduPortView("1", EnumPowerStatus.UNKNOWN)
        for call in (handler.status, handler.statistic, partial(handler.port_down, port)):
            with pytest.raises(errors.ProtocolError, match="places in the list are no numbers"):
                call()
        assert not device.writes


@pytest.mark.parametrize(
    "links",
    [
        "</restapi/relay/outlets/1/name/>; rel=item, </restapi/relay/outlets/3/name/>; rel=item",
        '<https://192.0.2.7/restapi/relay/outlets/1/name/>; rel="item", <../3/name/>;rel=item',
        "<1/name/>, rel=item, <3/name/>, rel=item, </restapi/relay/outlets/5/>; rel=templated",
        '<1/name/>; title="an outlet"; rel="item", <3/name/>; REL = "describedby item"',
        '<1/name/>; rel="ITEM", <3/name/>; rel=Item',
        '<1/name/>;rel="item describedby"; title=x, <3/name/>; rel=item; title="y"',
        '<1/name/>; rel=item, <3/name/>; rel=item, <4/name/>; rel=items, <5/name/>; rel="an-item"',
        # a pattern that looks back at each blank takes minutes for these
        f"<0/name/>;rel={' ' * 60_000}x, <1/name/>;rel={' ' * 60_000}item, <3/name/>; rel=item",
    ],
)
def test_the_outlets_of_a_list_are_named_in_its_link_headers(links: str) -> None:
    assert listed_outlets(links, "name") == [1, 3]
    assert listed_outlets(links, "state") == []


def test_an_access_token_stands_for_user_and_password_in_each_request() -> None:
    peers = UnitPeers("digitalloggers")
    with peers.serve(peers.device()) as unit:
        handler = make_handler(unit_data(unit, token=TOKEN))
        assert len(handler.status().ports) == 8
        # no request is sent for a challenge
        assert unit.truth().requests == 1
        assert switch(handler, "3", False) is EnumPowerStatus.DOWN
        assert unit.truth().writes == [("3", "off")]


@pytest.mark.parametrize(
    "login, words",
    [
        ({"token": "another-token"}, "refused the token"),
        ({"username": USER, "password": PASSWORD, "token": TOKEN}, "not both"),
    ],
)
def test_a_wrong_token_says_what_is_wrong_and_shows_no_secret(
    login: dict[str, str], words: str
) -> None:
    peers = UnitPeers("digitalloggers")
    with peers.serve(peers.device()) as unit:
        with pytest.raises((errors.Denied, errors.SettingsError), match=words) as error_info:
            make_handler(unit_data(unit, **login)).status()
        assert not any(secret in str(error_info.value) for secret in (*login.values(), TOKEN))
