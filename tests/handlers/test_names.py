"""Names of outlets that are not UTF-8, as units and drivers of Russian owners hold them."""

from __future__ import annotations

import pytest

from handlers.nut.handler import NutPdu
from handlers.shared.errors import SettingsError
from handlers.shared.labels import Label
from handlers.snmp.handler import SnmpPdu
from pdu_common.connection import PduData, PduSnmpData
from tests.simulators.nut_server import NutServer, StaticDevice
from tests.simulators.snmp_agent import Agent, Device, Row
from tests.simulators.snmp_agent.device import OCTETS
from tests.simulators.snmp_agent.devices import apc

NAME = "БД-1 Москва"
_NAMES = "1.3.6.1.4.1.318.1.1.26.9.2.3.1.3"  # PowerNet-MIB rPDU2OutletSwitchedStatusName
ENCODINGS = pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "koi8-r", "cp866"])


def snmp_labels(octets: bytes, settings: dict[str, str]) -> list[Label]:
    rows = {**apc.rpdu2(outlets=1).device.rows(), f"{_NAMES}.1": Row(OCTETS, octets)}
    with Agent(Device(rows)) as agent:
        form = {"version": "2", "community": "public", "port": str(agent.port)}
        return SnmpPdu(PduSnmpData("127.0.0.1", form, settings)).labels()


def nut_labels(octets: bytes, settings: dict[str, str]) -> list[Label]:
    text = octets.decode("utf-8", "surrogateescape")
    outlet = {"id": "1", "status": "on", "switchable": "yes", "name": text, "desc": text}
    variables = {f"outlet.1.{name}": value for name, value in outlet.items()}
    device = StaticDevice("pdu", {"device.type": "pdu", "outlet.count": "1", **variables})
    with NutServer([device]) as server:
        return NutPdu(PduData("127.0.0.1", {**settings, "port": str(server.port)})).labels()


LABELS = pytest.mark.parametrize("labels", [snmp_labels, nut_labels])


@LABELS
@ENCODINGS
def test_a_name_is_read_in_the_encoding_of_the_setting_and_nothing_is_guessed(
    labels: type, encoding: str
) -> None:
    octets = NAME.encode(encoding)
    (label,) = labels(octets, {"encoding": encoding})
    (plain,) = labels(octets, {})
    assert label.identity == "1"
    assert label.name == NAME
    escaped = NAME if encoding == "utf-8" else octets.decode("utf-8", "backslashreplace")
    assert plain == label._replace(name=escaped, number=plain.number)


@pytest.mark.parametrize("word", ["cp125", "hex", "rot13", "кои8"])
def test_a_word_that_is_no_encoding_of_texts_is_refused(word: str) -> None:
    with pytest.raises(SettingsError, match="encoding"):
        nut_labels(b"x", {"encoding": word})
