"""What of a recorded Xerus call is a type, and stays, and what is a text, and is scrubbed."""

from __future__ import annotations

import json

import pytest

from pdu.recordings.raritan.recorded_calls import key, record_answer
from pdu.recordings.raritan.recording import scrubbed
from pdu.recordings.scrub import Scrubber


def clean(name: str, value: str) -> object:
    """The value of a member of an answer after scrubbing."""
    call = key("/model/pdu/0", "getMetaData", {})
    (outcome,) = scrubbed({call: {"_ret_": {name: value}}}, Scrubber()).values()
    return json.loads(json.dumps(outcome))["_ret_"][name]


def test_a_known_type_stays_even_if_a_word_of_it_is_the_owners_name_of_something() -> None:
    idl = "pdumodel.Outlet:3.0.4"
    call = key("/model/pdu/0", "getSettings", {})
    answer = {"_ret_": {"name": "pdumodel", "type": idl, "hint": "at pdumodel"}}
    (outcome,) = scrubbed({call: answer}, Scrubber()).values()
    assert outcome == {"_ret_": {"name": "name-1", "type": idl, "hint": "name-2"}}


@pytest.mark.parametrize("text", ["10.20.30.40", "SN-1234567890"])
def test_a_text_in_the_place_of_a_type_is_scrubbed(text: str) -> None:
    assert clean("type", text) != text


def test_only_the_member_type_is_one() -> None:
    assert clean("serialNumber", "pdumodel.Outlet:3.0.4") != "pdumodel.Outlet:3.0.4"


def test_a_call_of_a_bulk_without_a_status_of_its_own_was_answered() -> None:
    """`statcode` is that of HTTP for the call; what has no result keeps it."""
    calls = [{"rid": f"/outlet/{number}", "json": {"method": "getState"}} for number in (1, 2)]
    responses = [{"json": None}, {"json": None, "statcode": 404}]
    request = {"method": "performBulk", "params": {"requests": calls}}
    recorded = record_answer("/bulk", request, 200, {"result": {"responses": responses}})
    assert [outcome for _, outcome in recorded] == [{"status": 200}, {"status": 404}]
