"""Hostile answers over JSON-RPC, beyond those of the fault matrix (tests/faults): no value is
invented, no login is shown.
"""

from __future__ import annotations

import base64
import json
import sys
import traceback
from typing import Optional
from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st

from handlers.http.login import Login
from handlers.http.message import Request
from handlers.http.strict_json import LIMIT
from handlers.raritan.rpc import Agent, pdumodel
from handlers.shared.errors import PduHandlerError, ProtocolError
from tests.chains import kept
from tests.needs import ROOT
from tests.waiting import run_program

from .conftest import MakeAgent
from .peer import Peer, Seen, Step, http

PASSWORD = "secret-word"


def answering(body: str) -> Step:
    """Return a step that sends the body, in which the request's id replaces "ID"."""

    def say(seen: Optional[Seen]) -> bytes:
        assert seen is not None
        return http(body.replace('"ID"', str(seen.json["id"])))

    return say


@pytest.mark.parametrize("method", ["getState", "setPowerState"])
def test_a_resource_id_with_a_lone_surrogate_is_a_protocol_error_and_nothing_is_sent(
    agent: MakeAgent, method: str
) -> None:
    with Peer([]) as peer, pytest.raises(ProtocolError, match="not text"):
        agent("http", peer.address).json_rpc("/model/\ud800", method)
    assert peer.accepted == 0


_PEAK_OF_PARSING = """
import tracemalloc
from handlers.http.login import Login
from handlers.http.message import Response
from handlers.http.strict_json import LIMIT
from handlers.raritan.rpc._runtime.agent import parsed
from handlers.shared.errors import ProtocolError

body = b"[" + b"[]," * ((LIMIT - 2) // 3) + b"0]"
tracemalloc.start()
try:
    parsed(Response(200, {}, body), Login())
except ProtocolError:
    print(tracemalloc.get_traced_memory()[1])
"""


def test_parsing_the_largest_answer_takes_less_memory_than_three_times_its_size() -> None:
    """In a process of its own: threads of other tests take memory, too."""
    process = run_program([sys.executable, "-c", _PEAK_OF_PARSING], cwd=ROOT)
    assert process.stderr == ""
    assert int(process.stdout) < 3 * LIMIT


# ---- the login -----------------------------------------------------------------------------------

_BASIC = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
_PLACES = {
    "message": answering(f'{{"id":"ID","error":{{"code":-32000,"message":"no: {_BASIC}"}}}}'),
    "password in a message": answering(
        f'{{"id":"ID","error":{{"code":-32601,"message":"no: {PASSWORD}"}}}}'
    ),
    "id": answering(f'{{"id":"x","error":{{"code":-32001,"message":"{PASSWORD}"}}}}'),
    "body": http(f'{{"what": "{PASSWORD}"'),
    "value": answering(f'{{"id":"ID","result":{{"_ret_":"{PASSWORD}"}}}}'),
    "redirect": http(b"", "302 Found", f"Location: https://{PASSWORD}/"),
    "type": f"HTTP/1.1 200 OK\r\nContent-Type: {_BASIC}\r\nContent-Length: 1\r\n\r\nx".encode(),
}


@pytest.mark.parametrize("place", _PLACES)
def test_a_login_that_a_device_sends_back_gets_into_no_error_and_no_output(
    agent: MakeAgent, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Peer([[_PLACES[place]]]) as peer:
        outlet = pdumodel.Outlet("/model/outlet/0", agent("http", peer.address, debug=True))
        with pytest.raises(PduHandlerError) as error_info:
            outlet.getState()
    error = error_info.value
    output = [*traceback.format_exception(type(error), error, error.__traceback__), kept(error)]
    text = "".join(output) + capsys.readouterr().out
    assert PASSWORD not in text
    assert _BASIC not in text


@given(
    user=st.text(max_size=8).filter(str.isprintable),
    password=st.text(min_size=2, max_size=20),
    around=st.text("abcXYZ019 :", max_size=8),
)
def test_any_login_is_found_in_any_text_that_holds_it(
    user: str, password: str, around: str
) -> None:
    login = Login(user, password)
    in_utf8 = password.encode()
    for form in (
        password,
        in_utf8.decode("latin-1"),  # as http.client decodes headers
        base64.b64encode(f"{user}:{password}".encode()).decode(),
        quote(password),
        json.dumps(password)[1:-1],
        in_utf8.hex(),
    ):
        for text in (around + form, f"{form} {around}"):
            assert "not shown" in login.quoted(text)
    assert login.quoted("\x1b" + password).isprintable()


@pytest.mark.parametrize(
    "answer",
    [
        '{"id":"ID","error":{"code":12345678,"message":"no"}}',
        '{"id":"ID","result":{"_ret_":{"available":12345678}}}',
    ],
)
def test_a_password_of_digits_that_comes_back_as_a_number_is_not_shown(
    agent: MakeAgent, answer: str
) -> None:
    with Peer([[answering(answer)]]) as peer:
        rpc_agent = agent("http", peer.address, "admin", "12345678")
        with pytest.raises(PduHandlerError) as error_info:
            pdumodel.Outlet("/model/outlet/0", rpc_agent).getState()
    assert "12345678" not in error_info.value.reason


def test_a_request_and_a_login_show_neither_secret_nor_parameters() -> None:
    login = Login("admin", "hush", "hush")
    path = "/cgi-bin/x.cgi?bulk_config_password=hush"
    output = f"{Request('POST', path, login.headers(), b'hush', 1.0, 2.0, 3)!r} {login!r}"
    assert output.startswith("Request(")
    assert not any(word in output for word in ("hush", "Basic", "cgi"))


def test_control_characters_of_a_device_are_escaped_in_error_texts(agent: MakeAgent) -> None:
    text = json.dumps("\x1b[2J\x07\x9b\u202e")[1:-1]
    kind = b"HTTP/1.1 200 OK\r\nContent-Type: \x1b[2J\x07\x9b\r\nContent-Length: 1\r\n\r\nx"
    reference = f'{{"rid":"/x{text}","type":"pdumodel.Outlet:1.0.0"}}'
    references = answering(f'{{"id":"ID","result":{{"_ret_":[{reference}]}}}}')

    def read(rpc_agent: Agent) -> None:
        for outlet in pdumodel.Pdu("/model/pdu/0", rpc_agent).getOutlets():
            outlet.getState()

    message = answering(f'{{"id":"ID","error":{{"code":1,"message":"{text}"}}}}')
    for steps in ([kind], [message], [references, http("{}")]):
        with Peer([steps]) as peer, pytest.raises(PduHandlerError) as error_info:
            read(agent("http", peer.address))
        assert str(error_info.value).isprintable()
        assert "x1b[2J" in str(error_info.value)
