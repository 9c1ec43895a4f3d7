"""Each example of the vendor's pages about the Python binding, the PDU model and cascading runs as
it is on a simulated unit, but for the unit's address and login and for one call of Python 2.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import handlers.raritan.rpc.pdumodel  # noqa: F401  # some examples leave out their import
from handlers.raritan import rpc
from handlers.raritan.rpc import bulkcfg, rawcfg
from handlers.shared.errors import PduHandlerError
from tests import vendor_pages
from tests.simulators.xerus import GENERATIONS, Model, XerusPdu, image
from tests.waiting import until

_AGENT = re.compile(r'rpc\.Agent\("https", "my-[\w.-]+", "admin", "raritan"')
# the search by mDNS: test_zeroconf.py
_ELSEWHERE = "import zeroconf"


def _here(code: str) -> str:
    """The example for the unit of this test."""
    trust = "" if "disable_certificate_verification" in code else ", trust=TRUST"
    code = _AGENT.sub(f'rpc.Agent("https", ADDRESS, USER, PASSWORD{trust}', code)
    code = code.replace(".iteritems()", ".items()")  # of Python 2
    return re.sub(r"(?m)^(\s*(?:from|import) )raritan\b", r"\1handlers.raritan", code)


class Page:
    """Runs the examples of pages one after the other, with the names of those before."""

    def __init__(self, unit: XerusPdu) -> None:
        self.names: dict[str, Any] = {
            "rpc": rpc,
            "pdumodel": rpc.pdumodel,
            "ADDRESS": f"{unit.host}:{unit.port}",
            "USER": unit.user,
            "PASSWORD": unit.password,
            "TRUST": rpc.Trust(ca_pem=unit.ca_pem),
        }
        self._open: list[Any] = []  # the examples close nothing

    def run(self, example: vendor_pages.Example) -> str:
        """What it prints. An error names the line of the page."""
        code = "\n" * (example.line - 1) + _here(example.code)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, example.page, "exec"), self.names)  # noqa: S102  # the vendor's own
        self._open += [
            value for value in self.names.values() if isinstance(value, (rpc.Agent, io.IOBase))
        ]
        if "startUpdate" in code:
            assert until(self._answers)
        return out.getvalue()

    def close(self) -> None:
        """Close what the examples opened."""
        for value in self._open:
            value.close()

    def _answers(self) -> bool:
        """Whether the unit answers again, after an update."""
        try:
            self.names["firmware_proxy"].getVersion()
        except PduHandlerError:
            return False
        return True


@pytest.fixture(scope="module", params=GENERATIONS[1:])
def printed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Mapping[str, str], Page, XerusPdu]]:
    """What each example prints, by its code; the names after them; and the unit.

    Firmware 3.3 has neither link units nor a raw configuration.
    """
    examples = [e for number in ("000", "001", "003") for e in vendor_pages.examples(number)]
    model = Model(outlets=4, phases=3, in_rush_guard_ms=0, cycle_delay_s=0)
    with (
        XerusPdu(model, request.param, update_seconds=0.2) as unit,
        pytest.MonkeyPatch.context() as patch,
        contextlib.ExitStack() as stack,
    ):
        patch.chdir(tmp_path_factory.mktemp("examples"))
        key, certificate = unit.authority.issue()
        Path("my-key.key").write_bytes(key)
        Path("my-cert.crt").write_bytes(certificate)
        Path("pdu-030600-45660.bin").write_bytes(image("4.4.1.6-53300"))
        Path("pmc-config.json").write_bytes(b'{"inlet.0": "main"}')
        page = Page(unit)
        stack.callback(page.close)
        trust = rpc.Trust(ca_pem=unit.ca_pem)
        address = f"{unit.host}:{unit.port}"
        with rpc.Agent("https", address, unit.user, unit.password, trust=trust) as agent:
            Path("bulk_config.txt").write_bytes(bulkcfg.download(agent))
            Path("config.txt").write_bytes(rawcfg.download(agent))
        output = {e.code: page.run(e) for e in examples if _ELSEWHERE not in e.code}
        yield output, page, unit


def _of(printed: Mapping[str, str], words: str) -> list[str]:
    """What the examples with these words print."""
    texts = [text for code, text in printed.items() if words in code]
    assert texts, f"no example has {words}"
    return texts


def test_each_example_of_the_vendors_pages_runs_on_a_unit(
    printed: tuple[Mapping[str, str], Page, XerusPdu],
) -> None:
    output, _, _ = printed
    assert len(output) > 25
    for code, text in output.items():
        assert bool(text) == ("print(" in code), code
        assert "ERROR" not in text, code
        assert "failed" not in text, code


def test_the_examples_of_the_vendors_pages_print_metadata_and_readings(
    printed: tuple[Mapping[str, str], Page, XerusPdu],
) -> None:
    output, _, _ = printed
    for text in _of(output, "print(metadata)"):
        for words in ("nameplate", "serialNumber", "hasSwitchableOutlets", "macAddress"):
            assert words in text
    for text in _of(output, "print(outlet.getMetaData())"):
        assert text.count("label") == 4
    (energies,) = _of(output, "energy_sensor")
    assert len(re.findall(r"(?m)^\d+ Wh$", energies)) == 4
    (voltages,) = _of(output, "voltageLN")
    assert re.search(r"L1-L2=[34]\d\d\.\dV", voltages)
    assert re.search(r"L1-N=2\d\d\.\dV", voltages)


def test_the_examples_of_the_vendors_pages_print_result_codes_of_uploads(
    printed: tuple[Mapping[str, str], Page, XerusPdu],
) -> None:
    output, _, _ = printed
    assert _of(output, "rawcfg.upload") == ["0\n"]
    # 6: an earlier example has updated the firmware, to which the file no longer fits
    (restored,) = _of(output, "bulkcfg.upload(agent, cfg_file.read())")
    assert restored in ("0\n", "6\n")
    (installed,) = _of(output, "cert.upload")
    assert installed.startswith("0\n")


def test_the_examples_of_the_vendors_pages_change_the_unit(
    printed: tuple[Mapping[str, str], Page, XerusPdu],
) -> None:
    _, page, _ = printed
    pdu = page.names["pdu"]
    outlet = page.names["outlets"][0]
    assert outlet.getState().powerState == rpc.pdumodel.Outlet.PowerState.PS_OFF
    # the page's copy has lost the lines that write the settings back
    assert pdu.setSettings(page.names["pdu_settings"]) == 0
    assert outlet.setSettings(page.names["outlet_settings"]) == 0
    assert outlet.getSettings().sequenceDelay == 2000
    assert pdu.getSettings().outletPowerStateSequence == [0, 1, 2, 3]
    assert page.names["snmp_proxy"].getConfiguration().readComm == "public"
    assert outlet.getSensors().current.getThresholds().lowerWarning == 1.0
    forwarding = page.names["settings"].common.portForwarding
    assert forwarding.primaryUnitDownstreamIfName == ""
    assert page.names["link_outlet"].target == "/model/pdu/2/outlet/1"
