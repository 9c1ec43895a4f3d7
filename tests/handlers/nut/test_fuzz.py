"""Random answers of a broken or hostile server raise only errors of handlers/shared/errors.py and
inject no line into a request.
"""

from __future__ import annotations

import math
import random
from typing import Callable

import pytest

from handlers.nut import outlets, requests
from handlers.nut.decoder import Decoder
from handlers.nut.responses import NutRequest, Responses
from handlers.shared.errors import PduHandlerError, SettingsError
from pdu_common.helper import PduPortView
from tests.handlers.nut.given import ADMIN_SETTINGS, WITH_WHOLE_LOAD, handler
from tests.simulators.nut_server import Cut, NutServer, SwitchedPdu

ANSWERS = 30_000
GOOD: list[tuple[Callable[[], NutRequest[object]], bytes]] = [
    (
        lambda: requests.list_var("pdu"),
        (
            b'BEGIN LIST VAR pdu\nVAR pdu outlet.count "2"\nVAR pdu outlet.1.status "on"\nVAR pdu'
            b' outlet.2.status "off"\nVAR pdu outlet.1.current "0.50"\nVAR pdu'
            b' device.2.outlet.1.status "on"\nVAR pdu input.L1.current "1.5"\nVAR pdu device.type'
            b' "pdu"\nEND LIST VAR pdu\n'
        ),
    ),
    (
        lambda: requests.list_cmd("pdu"),
        (
            b"BEGIN LIST CMD pdu\nCMD pdu outlet.1.load.on\nCMD pdu outlet.1.load.off\nEND LIST CMD"
            b" pdu\n"
        ),
    ),
    (requests.list_ups, b'BEGIN LIST UPS\nUPS pdu "two \\"words\\""\nUPS ups "x"\nEND LIST UPS\n'),
    (
        lambda: requests.list_range("pdu", "v"),
        b'BEGIN LIST RANGE pdu v\nRANGE pdu v "1" "2"\nEND LIST RANGE pdu v\n',
    ),
    (
        lambda: requests.list_client("pdu"),
        b"BEGIN LIST CLIENT pdu\nCLIENT pdu ::1\nEND LIST CLIENT pdu\n",
    ),
    (lambda: requests.get_var("pdu", "ups.status"), b'VAR pdu ups.status "OL"\n'),
    (lambda: requests.get_type("pdu", "v"), b"TYPE pdu v RW STRING:32\n"),
    (lambda: requests.get_numlogins("pdu"), b"NUMLOGINS pdu 1\n"),
    (
        lambda: requests.instcmd("pdu", "load.off"),
        b"OK TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2\n",
    ),
    (lambda: requests.get_tracking("1"), b"SUCCESS\n"),
    (requests.ver, b"Network UPS Tools upsd 2.8.0\n"),
    (lambda: requests.password("x"), b"OK\n"),
    (lambda: requests.get_var("pdu", "v"), b"ERR DATA-STALE\n"),
]
PIECES = [
    b"\n",
    b'"',
    b"\\",
    b"\0",
    b"\r",
    b" ",
    b"ERR ",
    b"OK ",
    b"BEGIN LIST VAR pdu\n",
    b"END LIST VAR pdu\n",
    b"\xff\xfe",
    b"#",
    b"VAR pdu ",
    b"\x1b[31m",
    b"-1",
    b"1e999",
    b"nan",
    b"9" * 400,
    b"device.0.outlet.0.status",
    b"outlet.-1.id",
    "\u2028é".encode(),
]


def mutated(chance: random.Random, data: bytes) -> bytes:
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(data))
        how = chance.randrange(6)
        if how == 0:
            data = data[:at] + chance.choice(PIECES) + data[at:]
        elif how == 1:
            data = data[:at]
        elif how == 2:
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        elif how == 3:
            data = data[:at] + data[at + chance.randint(1, 20) :]
        elif how == 4:
            lines = data.split(b"\n")
            chance.shuffle(lines)
            data = b"\n".join(lines)
        else:
            data = bytes(chance.randrange(256) for _ in range(chance.randint(0, 40)))
    return data


def use(value: object) -> None:
    """Check the outlets that a decoded value describes, and an INSTCMD request for
    each name in it.
    """
    if isinstance(value, dict):
        device = outlets.decode_outlets(value, list(value), value, WITH_WHOLE_LOAD)
        for figure in (
            device.load_a,
            device.energy_kwh,
            *(o.figures.current_a for o in device.outlets),
            *(o.figures.energy_kwh for o in device.outlets),
        ):
            assert figure is None or (math.isfinite(figure) and figure >= 0)
        assert len({outlet.identity for outlet in device.outlets}) == len(device.outlets)
    for name in value if isinstance(value, (dict, list)) else [value]:
        if isinstance(name, str):
            try:
                line = requests.instcmd(name, name, name).line
            except SettingsError:
                continue
            assert line.count(b"\n") == 1 and not set(line) & {0, 13}


def test_a_mutated_answer_is_read_or_raises_a_handler_error_and_injects_no_line() -> None:
    chance = random.Random(20261120)
    ends = {"value": 0, "error": 0, "unfinished": 0}
    for _ in range(ANSWERS):
        make, good = chance.choice(GOOD)
        request = make()
        decoder = Decoder([request], Responses("server"))
        try:
            if not decoder.feed(mutated(chance, good)):
                ends["unfinished"] += 1
                continue
            use(decoder.answers[request])
            ends["value"] += 1
        except PduHandlerError as error:
            assert "\n" not in str(error) and str(error).isprintable()
            ends["error"] += 1
    # the mutations produce every kind of result often enough
    assert min(ends.values()) > ANSWERS // 50, ends


@pytest.mark.parametrize("at", ["LIST", "INSTCMD", "GET"])
def test_switching_off_with_damaged_answers_raises_our_errors_and_sends_one_command(
    at: str,
) -> None:
    chance = random.Random(7)
    with NutServer([SwitchedPdu("pdu", 3)]) as server:
        server.faults.rewrite = lambda line, answer: (
            Cut(mutated(chance, answer)) if line.startswith(at) else answer
        )
        for _ in range(100):
            writes, port = len(server.books().writes), PduPortView("2")
            try:
                handler(server, device="pdu", **ADMIN_SETTINGS).port_down(port, deadline=0)
            except PduHandlerError as error:
                assert error.host == f"{server.host}:{server.port}" and str(error).isprintable()
            assert len(server.books().writes) <= writes + 1
