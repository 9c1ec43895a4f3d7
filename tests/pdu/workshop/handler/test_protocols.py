"""A recording over another protocol than the handler's is named, and is no fault of the handler."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers import registry
from pdu.loading.handler_source import read_handler
from pdu.workshop.handler.protocols import HTTP, NUT, SNMP, protocol_of_handler
from tests.needs import ROOT
from tests.packaging.building import archive
from tests.pdu.loading.page_handler import folder
from tests.pdu.running import run

from .checks import EXAMPLE

_DUMP = "device.mfr: Eaton\noutlet.1.status: on\noutlet.1.switchable: yes\n"
_RPCM = ROOT / "tests" / "simulators" / "snmp_units" / "rpcm.snmprec"


@pytest.mark.parametrize("recorded", [SNMP, HTTP, NUT])
@pytest.mark.parametrize("own", [SNMP, HTTP, NUT])
def test_each_other_pair_of_protocols_is_told_and_ends_with_2(
    own: str, recorded: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nut_archive = tmp_path / "pdu_nut.tar.gz"
    nut_archive.write_bytes(archive(ROOT / "handlers", "nut"))
    handler = {SNMP: folder(tmp_path, "page"), HTTP: EXAMPLE / "volt", NUT: nut_archive}[own]
    dump = tmp_path / "unit.dev"
    dump.write_text(_DUMP)
    recording = {SNMP: _RPCM, HTTP: EXAMPLE / "volt.har", NUT: dump}[recorded]
    if own == recorded:
        assert protocol_of_handler(read_handler(str(handler))) == own
        return

    code, out, err = run(capsys, "handler", "check", str(handler), "--replay", str(recording))

    assert (code, out) == (2, "")
    sentence = f"{recording.name} is a recording over {recorded}, and {handler.name} is a handler"
    assert f"{sentence} over {own}" in err


@pytest.mark.parametrize("name", registry.names())
def test_the_protocol_of_each_handler_of_this_pack_is_seen_in_its_archive(
    name: str, tmp_path: Path
) -> None:
    file = tmp_path / f"pdu_{name}.tar.gz"
    file.write_bytes(archive(ROOT / "handlers", name))
    expected = {"snmp": SNMP, "nut": NUT}.get(name, HTTP)
    assert protocol_of_handler(read_handler(str(file))) == expected
