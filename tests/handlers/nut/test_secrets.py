"""The handler's errors and log lines do not show the password."""

from __future__ import annotations

import logging
from typing import Union

import pytest

from handlers import VERSION
from handlers.nut import quoting
from handlers.shared.errors import Denied, NoSuchOutlet, PduHandlerError, Unsupported
from pdu_common.helper import PduPortView
from tests.handlers.nut.clients import ADMIN_SETTINGS, handler
from tests.simulators.nut_server import ADMIN, Driver, NutServer, StaticDevice, SwitchedPdu, User


def test_a_wrong_login_and_a_user_without_rights_are_denied_and_switch_nothing() -> None:
    with NutServer(users=[ADMIN, User("viewer", "viewpw")]) as server:
        for user, password in (("admin", "wr0ngsecret"), ("viewer", "viewpw"), ("nobody", "x")):
            with pytest.raises(Denied, match="upsd.users") as error_info:
                handler(server, username=user, password=password).port_down(PduPortView("1"))
            assert password not in str(error_info.value).replace("password", "")
        assert not server.books().writes


def test_each_call_logs_one_line_with_the_version_and_no_password(
    server: NutServer, caplog: pytest.LogCaptureFixture
) -> None:
    pdu = handler(server, device="pdu", **ADMIN_SETTINGS)
    with caplog.at_level(logging.DEBUG):
        pdu.status()
        pdu.statistic()
        pdu.port_up(PduPortView("1"))
        pdu.port_down(PduPortView("1"))
        pdu.labels()
    lines = [message for message in caplog.messages if "pdu handler nut" in message]
    for line in lines:
        assert line.startswith(f"pdu handler nut {VERSION}")
    calls = [line.split()[-1] for line in lines]
    assert calls == ["status", "statistic", "port_up", "port_down", "labels"]
    assert ADMIN.password not in caplog.text
    assert ADMIN.password not in repr(vars(pdu))


@pytest.mark.parametrize(
    "settings, sentence",
    [({}, "called 'pdu/N', '***N'"), ({"device": "rack2"}, "the device '***' has")],
)
def test_a_device_named_like_the_password_is_masked_in_errors_about_outlets(
    settings: dict[str, str], sentence: str
) -> None:
    with NutServer([SwitchedPdu("pdu", 2), SwitchedPdu("rack2", 2)]) as server:
        pdu = handler(server, username=ADMIN.name, password="rack2", **settings)
        with pytest.raises(NoSuchOutlet) as error_info:
            pdu.port_down(PduPortView("9"))
    assert sentence in str(error_info.value)
    assert "rack2" not in str(error_info.value)


@pytest.mark.parametrize("broken", [Driver.STALE, Driver.GONE, Driver.WAITED_FOR, b"VAR\n", None])
def test_a_device_named_like_the_password_is_masked_in_errors_about_the_device(
    broken: Union[Driver, bytes, None],
) -> None:
    # lists no outlets
    short = StaticDevice("rack2", {"device.type": "pdu", "outlet.count": "2"}, [])
    with NutServer([SwitchedPdu("pdu", 2), short]) as server:
        if isinstance(broken, Driver):
            server.faults.drivers["rack2"] = broken
        elif broken is not None:
            answer_to_list: bytes = broken
            server.faults.rewrite = lambda line, answer: (
                answer_to_list if line == "LIST VAR rack2" else answer
            )
        timeout = "0.2" if broken is Driver.WAITED_FOR else "60"
        with pytest.raises(PduHandlerError) as error_info:
            handler(server, username=ADMIN.name, password="rack2", timeout=timeout).status()
        assert "***" in str(error_info.value)
        assert "rack2" not in str(error_info.value)


@pytest.mark.parametrize("password", ["s3cretword", "it's a\\b", 'it\'s "c"'])
@pytest.mark.parametrize("words_before", ["", "x" * 66 + " "])
def test_a_line_that_breaks_the_protocol_shows_no_password_in_part_or_with_escapes(
    password: str, words_before: str
) -> None:
    line_with_password = f"{words_before}PASSWORD {quoting.word(password, '')}\n".encode()
    with NutServer([SwitchedPdu("pdu", 2)]) as server:
        server.faults.rewrite = lambda line, answer: line_with_password
        pdu = handler(server, username=ADMIN.name, password=password)
        with pytest.raises(PduHandlerError, match="it holds the password") as error_info:
            pdu.status()

    sentence = str(error_info.value)
    for part in ("s3", "it'", "it\\'"):
        assert part not in sentence


@pytest.mark.parametrize(
    "variables",
    [{"driver.name": "a rack2 driver", "device.type": "pdu"}, {"device.type": "rack2 pdu"}],
)
def test_a_driver_name_or_type_that_holds_the_password_is_masked(variables: dict[str, str]) -> None:
    with (
        NutServer([StaticDevice("pdu", variables, [])]) as server,
        pytest.raises(Unsupported) as error_info,
    ):
        handler(server, username=ADMIN.name, password="rack2").status()
    assert "'***'" in str(error_info.value)
    assert "rack2" not in str(error_info.value)


@pytest.mark.parametrize("password", ['a"b\\c#d', "p" * 60, "x'y z"])
def test_a_reason_for_an_unknown_figure_or_state_shows_no_password(
    password: str, caplog: pytest.LogCaptureFixture
) -> None:
    text = f"{'w' * 30} {password} w"
    variables = {"device.type": "pdu", "outlet.1.status": text, "input.current": text}
    with NutServer([StaticDevice("pdu", variables)]) as server:
        pdu = handler(server, username="someone", password=password)
        pdu.status()
        with pytest.raises(PduHandlerError) as error_info:
            pdu.statistic()
    error = str(error_info.value)
    assert any("***" in line for line in caplog.messages)
    assert "***" in error
    for line in (*caplog.messages, error):
        assert password[:20] not in line
        assert "pppp" not in line
