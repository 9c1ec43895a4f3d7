"""Hostile answers: no state is invented, no command is sent twice, no login is shown."""

# ruff: noqa: UP031 (JSON is full of braces)
from __future__ import annotations

import base64
import gc
import json
import traceback
import tracemalloc
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st

from handlers.http.login import Login, holds, secrets
from handlers.http.message import Request, Response
from handlers.http.strict_json import LIMIT
from handlers.raritan.rpc import Bulk, JsonRpcSyntaxException, pdumodel
from handlers.raritan.rpc._runtime.agent import parsed, responses
from handlers.raritan.rpc._runtime.errors import may_have_executed
from handlers.shared.errors import PduHandlerError, ProtocolError
from pdu_common.helper import PduPortView
from tests.chains import kept
from tests.simulators.xerus import Fault, Model, XerusPdu

from .conftest import MakeAgent
from .handling import FAST, Handle
from .peer import Peer, Seen, Step, get_state, http

PASSWORD = "secret-word"


def answering(body: str) -> Step:
    """Return a step that sends the body, in which the request's id replaces "ID"."""

    def say(seen: Any) -> bytes:
        assert isinstance(seen, Seen)
        return http(body.replace('"ID"', str(seen.json["id"])).encode("utf-8", "surrogatepass"))

    return say


def bulk_of(answer: str) -> Step:
    return answering(
        '{"jsonrpc":"2.0","id":"ID","result":{"responses":[{"statcode":200,"json":%s}]}}' % answer
    )


# ---- answers that leave open whether a command was executed --------------------------------------


@pytest.mark.parametrize("status", [307, 308])
def test_a_command_that_is_redirected_is_read_back_and_not_sent_again(
    handle: Handle, status: int
) -> None:
    with XerusPdu(Model(outlets=1)) as pdu:
        pdu.faults.order(Fault.REDIRECT, skip=2, status=status, location="https://127.0.0.1:1")
        with pytest.raises(PduHandlerError, match="https://127.0.0.1:1.*was UP") as error_info:
            handle(pdu).port_down(PduPortView("1"), pause=FAST)
        assert error_info.value.kind == "unreachable"
        assert not [name for name, _ in pdu.books().writes if "PowerState" in name]


@pytest.mark.parametrize("status", [4, 40, 4000, 201, 204, 302])
def test_an_unclear_status_in_a_bulk_leaves_open_whether_the_call_was_executed(status: int) -> None:
    error = {"id": 0, "error": {"code": -32601, "message": "no"}}
    response = {"statcode": status, "json": error if status in (201, 302) else None}
    (answer,) = responses({"responses": [response]}, 1, Login())
    assert may_have_executed(answer)


# ---- answers without a valid state ---------------------------------------------------------------

_STATE = (
    '{"available":true,"powerState":1,"switchOnInProgress":false,"cycleInProgress":false,'
    '"isSuspended":false}'
)
_TWICE = _STATE.replace('"powerState":1', '"powerState":1,"powerState":0')


@pytest.mark.parametrize(
    "answer",
    [
        '{"result":{"_ret_":%s},"id":0}' % _TWICE,
        '{"result":{"_ret_":%s}}' % _STATE,
        '{"result":{"_ret_":%s},"id":null}' % _STATE,
        '{"result":{"_ret_":%s},"id":false}' % _STATE,
        '{"result":{"_ret_":%s},"id":0.0}' % _STATE,
        '{"result":{"_ret_":%s},"id":"0"}' % _STATE,
    ],
)
def test_duplicate_keys_and_a_wrong_or_missing_id_are_protocol_errors(
    agent: MakeAgent, answer: str
) -> None:
    with Peer([[bulk_of(answer)]]) as peer:
        rpc_agent = agent("http", peer.address)
        bulk = Bulk(rpc_agent)
        state = bulk.add(pdumodel.Outlet("/model/outlet/0", rpc_agent).getState)
        with pytest.raises(ProtocolError):
            bulk.perform()
            state.get()


@pytest.mark.parametrize("method", ["status", "port_down"])
def test_status_and_port_down_reject_contradictory_duplicate_keys(
    handle: Handle, method: str
) -> None:
    with XerusPdu(Model(outlets=2)) as pdu:
        pdu.faults.order(Fault.DONE_TWICE, None, skip=1)
        with pytest.raises(PduHandlerError) as error_info:
            handle(pdu).status() if method == "status" else handle(pdu).port_down(PduPortView("1"))
        assert error_info.value.kind == "protocol"


def test_an_error_without_the_id_of_the_call_is_quoted(agent: MakeAgent) -> None:
    with Peer(
        [[http('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}')]]
    ) as peer:
        with pytest.raises(
            JsonRpcSyntaxException,
            match=r"or none\): the device answered with error -32700: Parse error",
        ):
            get_state(agent("http", peer.address))


# ---- harmful text, numbers and nesting -----------------------------------------------------------

_HARMFUL = {
    "an id with an escaped lone surrogate": '{"rid":"/x\\ud800","type":"pdumodel.Outlet:1.0.0"}',
    "an id with a raw lone surrogate": '{"rid":"/x\ud800","type":"pdumodel.Outlet:1.0.0"}',
    "5,000 digits": "9" * 5000,
    "minus and 100,000 digits": "-" + "9" * 100_000,
    "1e999": "1e999",
    "deep arrays": "[" * 100_000 + "]" * 100_000,
    "deep objects": '{"a":' * 50_000 + "1" + "}" * 50_000,
    "nested, but not too deep to parse": '{"rid":' + "[" * 900 + "]" * 900 + "}",
}


@pytest.mark.parametrize("value", _HARMFUL.values(), ids=_HARMFUL)
def test_a_harmful_value_is_a_protocol_error(agent: MakeAgent, value: str) -> None:
    for step in (
        bulk_of('{"id":0,"result":{"_ret_":[%s]}}' % value),
        answering('{"id":"ID","result":{"_ret_":[%s]}}' % value),
    ):
        with Peer([[step]]) as peer:
            rpc_agent = agent("http", peer.address)
            bulk = Bulk(rpc_agent)
            pending = bulk.add(pdumodel.Pdu("/model/pdu/0", rpc_agent).getOutlets)
            with pytest.raises(ProtocolError) as error_info:
                bulk.perform()
                pending.get()
            str(error_info.value).encode()  # the text holds no lone surrogate


@pytest.mark.parametrize("method", ["getState", "setPowerState"])
def test_a_resource_id_with_a_lone_surrogate_is_a_protocol_error_and_nothing_is_sent(
    agent: MakeAgent, method: str
) -> None:
    with Peer([]) as peer, pytest.raises(ProtocolError, match="not text"):
        agent("http", peer.address).json_rpc("/model/\ud800", method)
    assert peer.accepted == 0


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "unit", ["[],", "{},", '{"":0},', "[[0]],", "[[[[[0]]]]],", "0,", '"ab",'], ids=str
)
def test_parsing_the_largest_answer_takes_less_memory_than_three_times_its_size(unit: str) -> None:
    body = b"[" + unit.encode() * ((LIMIT - 2) // len(unit)) + b"0]"
    gc.collect()
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError):
            parsed(Response(200, {}, body), Login())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * LIMIT


# ---- the login -----------------------------------------------------------------------------------

_BASIC = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
_FORMS = {
    "plain": PASSWORD,
    "basic": "Basic " + _BASIC,
    "unpadded": _BASIC.rstrip("="),
    "in a longer word": "xx" + _BASIC,
    "url-safe": base64.urlsafe_b64encode(b"\xff" + PASSWORD.encode()).decode(),
    "quoted": quote(PASSWORD.replace("-", "%2D"), safe="%"),
    "percent": "".join(f"%{ord(c):02x}" for c in PASSWORD),
    "entities": "".join(f"&#{ord(c)};" for c in PASSWORD),
    "hex": PASSWORD.encode().hex(),
    "wrapped": _BASIC[:10] + "\n " + _BASIC[10:],
    "password alone": base64.b64encode(PASSWORD.encode()).decode(),
    "escaped": "".join(f"\\u{ord(c):04x}" for c in PASSWORD),
    "upper case": PASSWORD.upper(),
}


def _everything(error: BaseException) -> str:
    """Return the traceback of an exception and the texts that `kept` finds."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__)) + kept(
        error
    )


@pytest.mark.parametrize("form", _FORMS.values(), ids=_FORMS)
@pytest.mark.parametrize("where", ["message", "id", "payload", "type", "location", "kind", "cut"])
def test_no_form_of_the_password_that_a_device_sends_back_gets_into_an_error(
    agent: MakeAgent, form: str, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        json.dumps(form)[1:-1]
        if form.isprintable() and "\\u" not in form
        else form.replace("\n", "\\n")
    )
    plain = text.replace("\\n", "")
    steps: dict[str, Step] = {
        "message": answering('{"id":"ID","error":{"code":-32000,"message":"no: %s"}}' % text),
        "id": answering('{"id":"x","error":{"code":-32001,"message":"%s"}}' % text),
        "payload": http('{"what": "%s"' % text),
        "type": answering('{"id":"ID","result":{"_ret_":"%s"}}' % text),
        "location": http(b"", "302 Found", f"Location: https://{plain.split()[-1].rstrip('=')}/"),
        "kind": (
            b"HTTP/1.1 200 OK\r\nContent-Type: "
            + plain.encode()
            + b"\r\nContent-Length: 1\r\n\r\nx"
        ),
        "cut": http(" " * (2000 - len(text) // 2) + text),
    }
    with Peer([[steps[where]]]) as peer:
        rpc_agent = agent("http", peer.address, debug=True)
        with pytest.raises(PduHandlerError) as error_info:
            pdumodel.Outlet("/model/outlet/0", rpc_agent).getState()
        output = _everything(error_info.value) + capsys.readouterr().out
    half = len(form) // 2
    for piece in (
        PASSWORD,
        form,
        plain,
        plain.lower(),
        *((form[:half], plain[:half]) if where == "cut" else ()),
    ):
        assert piece not in output


def test_a_login_that_the_device_sends_back_is_not_shown_by_the_handler(handle: Handle) -> None:
    with XerusPdu(Model(outlets=1)) as pdu:
        pdu.faults.order(Fault.ECHO)
        with pytest.raises(PduHandlerError, match="not shown: it holds the login") as error_info:
            handle(pdu).status()
        output = _everything(error_info.value)
    assert (
        pdu.password not in output
        and base64.b64encode(f"{pdu.user}:{pdu.password}".encode()).decode() not in output
    )


@pytest.mark.parametrize("cut", range(len(_BASIC) - 2, len(_BASIC) // 2, -1))
def test_the_start_of_an_authorization_header_that_the_device_sends_back_is_not_shown(
    agent: MakeAgent, cut: int
) -> None:
    with Peer(
        [[answering('{"id":"ID","error":{"code":-32601,"message":"no Basic %s"}}' % _BASIC[:cut])]]
    ) as peer:
        with pytest.raises(PduHandlerError) as error_info:
            get_state(agent("http", peer.address))
    assert _BASIC[: len(_BASIC) // 2] not in _everything(error_info.value)


def test_a_password_in_a_header_is_found_although_headers_are_read_as_latin_1(
    agent: MakeAgent,
) -> None:
    password = "hüsh-hüsh"
    kind = (
        b"HTTP/1.1 200 OK\r\nContent-Type: " + password.encode() + b"\r\nContent-Length: 1\r\n\r\nx"
    )
    with Peer([[kind]]) as peer:
        rpc_agent = agent("http", peer.address)
        rpc_agent.set_auth_basic("admin", password)
        with pytest.raises(PduHandlerError, match="not shown: it holds the login") as error_info:
            get_state(rpc_agent)
    assert "sh-h" not in _everything(error_info.value)


@given(
    user=st.text(max_size=8).filter(str.isprintable),
    password=st.text(min_size=2, max_size=20).filter(str.isprintable),
    around=st.text("abcXYZ019 :", max_size=8),
)
def test_any_login_is_found_in_any_text_that_holds_it(
    user: str, password: str, around: str
) -> None:
    login = Login(user, password)
    text = base64.b64encode(f"{user}:{password}".encode()).decode()
    for form in (
        password,
        text,
        quote(password),
        json.dumps(password)[1:-1],
        password.encode().hex(),
    ):
        assert holds(around + form, secrets(login)) and holds(form + " " + around, secrets(login))
    assert login.quoted("\x1b" + password).isprintable()


@pytest.mark.parametrize(
    "answer",
    [
        '{"id":"ID","error":{"code":12345678,"message":"no"}}',
        '{"id":"ID","result":{"_ret_":{"available":12345678}}}',
    ],
    ids=["code", "value"],
)
def test_a_password_of_digits_that_comes_back_as_a_number_is_not_shown(
    agent: MakeAgent, answer: str
) -> None:
    with Peer([[answering(answer)]]) as peer:
        rpc_agent = agent("http", peer.address)
        rpc_agent.set_auth_basic("admin", "12345678")
        with pytest.raises(PduHandlerError) as error_info:
            pdumodel.Outlet("/model/outlet/0", rpc_agent).getState()
    assert "12345678" not in error_info.value.reason


def test_a_password_with_control_characters_is_found_in_json() -> None:
    password = "hu\b\f\n\r\tsh"
    assert holds(json.dumps({"seen": password}), secrets(Login("admin", password)))


def test_a_request_shows_neither_login_nor_parameters() -> None:
    output = repr(
        Request(
            "POST",
            "/cgi-bin/x.cgi?bulk_config_password=hush",
            Login("admin", "hush").headers(),
            b"hush",
            1.0,
            2.0,
            3,
        )
    )
    assert (
        output.startswith("Request(")
        and "hush" not in output
        and "Basic" not in output
        and "cgi" not in output
    )
    assert "hush" not in repr(Login("admin", "hush", "hush"))


# ---- control characters --------------------------------------------------------------------------

CONTROL = "\x1b[2J\x07\x9b\u202e"


def test_control_characters_of_a_device_are_escaped_in_error_texts(agent: MakeAgent) -> None:
    escape_sequence = json.dumps(CONTROL)[1:-1]
    kind = b"HTTP/1.1 200 OK\r\nContent-Type: \x1b[2J\x07\x9b\r\nContent-Length: 1\r\n\r\nx"
    reference = '{"rid":"/x%s","type":"pdumodel.Outlet:1.0.0"}' % escape_sequence
    with Peer(
        [
            [kind],
            [answering('{"id":"ID","error":{"code":1,"message":"%s"}}' % escape_sequence)],
            [answering('{"id":"ID","result":{"_ret_":[%s]}}' % reference), http("{}")],
        ]
    ) as peer:
        rpc_agent = agent("http", peer.address)
        errors = []
        for _ in range(2):
            with pytest.raises(PduHandlerError) as error_info:
                get_state(rpc_agent)
            errors.append(error_info.value)
            rpc_agent.close()
        (outlet,) = pdumodel.Pdu("/model/pdu/0", rpc_agent).getOutlets()
        with pytest.raises(PduHandlerError) as error_info:
            outlet.getState()
        errors.append(error_info.value)
    for error in errors:
        assert str(error).isprintable() and "x1b[2J" in str(error)
