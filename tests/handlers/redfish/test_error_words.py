"""What an error says: the device's own words, the path of a link, and a login that has ended."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.shared.errors import Denied, PduHandlerError

from .guarded import Guarded
from .tree import OUTLETS, PASSWORD, Answer, Tree, refused, unit

WORDS = "the drawer is locked"
ID = "Oem.1.0.Locked"
INFO = "@Message.ExtendedInfo"
PLACES: dict[str, Any] = {
    "Message": {"error": {"code": ID, "message": "general", INFO: [{"Message": WORDS}]}},
    "error.message, no list": {"error": {"code": "x", "message": WORDS}},
    "error.message, an empty list": {"error": {"message": WORDS, INFO: []}},
    "error.message, only a MessageId": {"error": {"message": WORDS, INFO: [{"MessageId": ID}]}},
    "error.message, an empty Message": {"error": {"message": WORDS, INFO: [{"Message": " "}]}},
    "one message, no list": {"error": {INFO: {"MessageId": ID, "Message": WORDS}}},
    "beside error": {INFO: [{"Message": WORDS}]},
    "beside an error with a MessageId": {
        "error": {"code": "x", INFO: [{"MessageId": ID}]},
        INFO: [{"Message": WORDS}],
    },
    "of a property": {f"PowerState{INFO}": [{"Message": WORDS}]},
    "error is a text": {"error": WORDS},
    "a message alone": {"message": WORDS},
}


def refused_with(tree: Tree, answer: Answer, **settings: str) -> PduHandlerError:
    """The error of a status, if the request for the list of outlets is answered so."""
    tree.special[OUTLETS] = answer
    return refused(tree, **settings)


@pytest.mark.sample(16)
@pytest.mark.parametrize("status", [401, 403, 404, 503])
@pytest.mark.parametrize("place", PLACES)
def test_the_devices_own_words_are_quoted_from_wherever_they_are(place: str, status: int) -> None:
    error = refused_with(Tree(unit()), Answer(PLACES[place], status))
    assert error.reason.count(WORDS) == 1
    assert f"HTTP Error {status}" in error.reason


def test_words_from_any_place_do_not_show_the_login() -> None:
    for body in ({"error": PASSWORD}, {"error": {"message": PASSWORD, INFO: {"MessageId": ID}}}):
        assert PASSWORD not in str(refused_with(Tree(unit()), Answer(body, 403)))


def test_a_link_to_nothing_names_its_path() -> None:
    tree = Tree(unit())
    path = "/redfish/v1/PowerEquipment/RackPDUs/1"
    tree.resources[path]["Outlets"] = {"@odata.id": f"{path}/Gone?x={PASSWORD}"}
    error = refused(tree)
    assert error.operation == f"GET {path}/Gone"
    assert "HTTP Error 404" in str(error)


@pytest.mark.parametrize("is_cut", [False, True])
def test_a_login_that_ends_in_a_call_is_named(is_cut: bool) -> None:
    basic = refused_with(Tree(unit()), Answer(b"{", 401, is_cut=is_cut), session="basic")
    assert isinstance(basic, Denied)
    assert "refused the login" in basic.reason
    token = refused_with(Guarded(), Answer(b"{", 401, is_cut=is_cut), session="session")
    assert isinstance(token, Denied)
    assert "refused the session's token" in token.reason


def test_the_error_about_an_empty_resource_asks_whether_this_is_a_redfish_service() -> None:
    error = refused_with(Tree(unit()), Answer({}, 200))
    assert "is this the address of a Redfish service" in error.reason
