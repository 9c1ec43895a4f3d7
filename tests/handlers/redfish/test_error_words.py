"""What an error says: the device's own words wherever they are, the resource, and the status even
if the body breaks off.
"""

from __future__ import annotations

from typing import Any, Optional

import pytest

from handlers.shared.errors import Denied, PduHandlerError
from pdu_common.helper import PduPortView

from .test_login import Guarded
from .tree import OUTLETS, PASSWORD, Answer, Seen, Tree, handler, serving, unit

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


def refused(
    tree: Tree, answer: Answer, path: str = OUTLETS, method: str = "GET", **settings: str
) -> PduHandlerError:
    """The error of a call, if a request for a path is answered so."""

    def special(seen: Seen) -> Optional[Answer]:
        return answer if seen.method == method else None

    tree.special[path] = special
    with serving(tree) as address, pytest.raises(PduHandlerError) as caught:
        pdu = handler(address, **settings)
        if method == "POST":
            pdu.port_down(PduPortView("1"), pause=0.001)
        else:
            pdu.status()
    return caught.value


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 429, 500, 503])
@pytest.mark.parametrize("place", PLACES)
def test_the_devices_own_words_are_quoted_from_wherever_they_are(place: str, status: int) -> None:
    error = refused(Tree(unit()), Answer(PLACES[place], status))
    assert error.reason.count(WORDS) == 1 and f"HTTP Error {status}" in error.reason


def test_a_message_without_text_keeps_its_identifier() -> None:
    body = {"error": {"message": WORDS, INFO: [{"MessageId": ID}]}}
    assert refused(Tree(unit()), Answer(body, 403)).reason.endswith(f"{WORDS} {ID}")
    only = {"error": {"code": ID}}
    assert refused(Tree(unit()), Answer(only, 403)).reason.endswith(f"the device says: {ID}")


def test_words_from_any_place_do_not_show_the_login() -> None:
    for body in ({"error": PASSWORD}, {"error": {"message": PASSWORD, INFO: {"MessageId": ID}}}):
        assert PASSWORD not in str(refused(Tree(unit()), Answer(body, 403)))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 500, 503])
def test_an_error_names_the_resource_that_was_asked_for(status: int) -> None:
    error = refused(Tree(unit()), Answer(None, status))
    assert error.operation == f"GET {OUTLETS}" and error.operation in str(error)


def test_a_link_to_nothing_names_its_path() -> None:
    tree = Tree(unit())
    path = "/redfish/v1/PowerEquipment/RackPDUs/1"
    tree.resources[path]["Outlets"] = {"@odata.id": f"{path}/Gone?x={PASSWORD}"}
    with serving(tree) as address, pytest.raises(PduHandlerError) as caught:
        handler(address).status()
    assert caught.value.operation == f"GET {path}/Gone" and "HTTP Error 404" in str(caught.value)


def test_a_resource_that_is_none_names_its_path() -> None:
    for body in (b"<html>", {}, {"@odata.id": "/redfish/v1/Other", "Id": "x"}):
        error = refused(Tree(unit()), Answer(body))
        assert error.kind == "protocol" and error.operation == f"GET {OUTLETS}"


def test_a_declined_command_names_its_target() -> None:
    target = f"{OUTLETS}/1/Outlet.PowerControl"
    error = refused(Tree(unit()), Answer(None, 403), target, "POST")
    assert error.kind == "denied" and error.operation == f"POST {target}"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 429, 500, 503])
def test_the_status_is_known_even_if_the_body_breaks_off(status: int) -> None:
    whole, cut = (
        refused(Tree(unit()), Answer(b"{", status, is_cut=is_cut)) for is_cut in (False, True)
    )
    assert (whole.kind, whole.reason) == (cut.kind, cut.reason)
    assert f"HTTP Error {status}" in cut.reason and "broke off" not in cut.reason


@pytest.mark.parametrize("is_cut", [False, True])
def test_a_login_that_ends_in_a_call_is_named(is_cut: bool) -> None:
    basic = refused(Tree(unit()), Answer(b"{", 401, is_cut=is_cut), session="basic")
    assert isinstance(basic, Denied) and "refused the login" in basic.reason
    token = refused(Guarded(), Answer(b"{", 401, is_cut=is_cut), session="session")
    assert isinstance(token, Denied) and "refused the session's token" in token.reason


@pytest.mark.parametrize("status, kind", [(401, "denied"), (409, "refused"), (503, "unreachable")])
def test_a_command_answered_with_half_an_error_is_judged_by_its_status(
    status: int, kind: str
) -> None:
    target = f"{OUTLETS}/1/Outlet.PowerControl"
    tree = Tree(unit())
    error = refused(tree, Answer(b"{", status, is_cut=True), target, "POST")
    assert error.kind == kind
    assert sum(seen.method == "POST" for seen in tree.seen) == 1


def test_half_an_answer_of_a_success_is_still_an_error() -> None:
    error = refused(Tree(unit()), Answer(b"{", 200, is_cut=True))
    assert error.kind == "unreachable" and "broke off" in error.reason
