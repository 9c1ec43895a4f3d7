"""The import lines of the vendors' documentation run in a clone's environment: `make env` puts
packaging/import_names/vendors at the end of sys.path (tests/test_setup.py).

The examples do what those of the documentation do, on simulated units.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.simulators.nut_server import ADMIN, NutServer, StaticDevice
from tests.simulators.xerus import Model, XerusPdu

from .programs import output

NAMES = ROOT / "packaging" / "import_names" / "vendors"
_AGENT = """
import os
from raritan import rpc
agent = rpc.Agent("https", os.environ["PLACE"], "admin", os.environ["WORD"],
                  disable_certificate_verification=True)
"""
_RARITAN = {
    "a model and an outlet": """
from raritan.rpc import pdumodel
pdu = pdumodel.Pdu("/model/pdu/0", agent)
metadata = pdu.getMetaData()
outlets = pdu.getOutlets()
outlets[0].setPowerState(pdumodel.Outlet.PowerState.PS_OFF)
print(metadata.nameplate.model, outlets[0].getState().powerState.name)
""",
    "a module by its whole name": """
import raritan.rpc.pdumodel
from raritan.rpc import pdumodel, sensors
assert raritan.rpc.pdumodel is pdumodel and raritan.rpc is rpc
outlet = raritan.rpc.pdumodel.Outlet("/model/pdu/0/outlet/0", agent)
assert isinstance(outlet.getSensors().current, sensors.NumericSensor)
print(outlet.getMetaData().label)
""",
    "all names of a module": """
from raritan.rpc.pdumodel import *
from raritan.rpc import perform_bulk
outlets = Pdu("/model/pdu/0", agent).getOutlets()
print(len(perform_bulk(agent, [(outlet.getSettings, []) for outlet in outlets])))
""",
    "settings in a bulk": """
from raritan.rpc import devsettings
snmp_proxy = devsettings.Snmp("/snmp", agent)
cfg = snmp_proxy.getConfiguration()
cfg.v2enable, cfg.readComm = True, "public"
bulk_helper = rpc.BulkRequestHelper(agent)
bulk_helper.add_request(snmp_proxy.getV3EngineId)
bulk_helper.add_request(snmp_proxy.setConfiguration, cfg)
print(bulk_helper.perform_bulk(raise_subreq_failure = False)[1])
""",
    "the modules of files, and the search": """
from raritan import zeroconf
from raritan.rpc import bulkcfg, cascading, cert, diag, firmware, net, rawcfg, servermon
print(callable(zeroconf.discover), callable(rawcfg.upload), firmware.Firmware.__name__)
""",
    "a module that only the vendor has": """
try:
    from raritan.rpc import webcam
except ImportError as error:
    print(str(error).partition(":")[0])
""",
}
_OUTPUTS = {
    "a model and an outlet": "PX3-5190R PS_OFF",
    "a module by its whole name": "1",
    "all names of a module": "2",
    "settings in a bulk": "0",
    "the modules of files, and the search": "True True Firmware",
    "a module that only the vendor has": "this binding has no module webcam",
}


def _printed(script: str, folder: Path, **variables: str) -> str:
    """What a script prints that lies in a folder of its own, without installed packages."""
    file = folder / "script.py"
    file.write_text(script, "utf-8")
    environment = {"PYTHONPATH": str(NAMES), **variables}
    return output([sys.executable, "-S", str(file)], folder, **environment).strip()


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", _RARITAN)
def test_an_example_of_the_raritan_binding_runs_with_its_own_imports(
    name: str, tmp_path: Path
) -> None:
    with XerusPdu(Model(outlets=2)) as pdu:
        text = _printed(
            _AGENT + _RARITAN[name],
            tmp_path,
            PLACE=f"{pdu.host}:{pdu.port}",
            WORD=pdu.password,
        )
    assert text == _OUTPUTS[name]


def test_an_example_of_pynut_runs_with_its_own_import(tmp_path: Path) -> None:
    script = """
import os
import PyNUT
ups = PyNUT.PyNUTClient( host='127.0.0.1', port=int(os.environ["PORT"]), login=os.environ["NAME"],
                         password=os.environ["WORD"] )
print( ups.CheckUPSAvailable( ups='ups1' ), ups.GetUPSNames(), PyNUT.PyNUTError.__name__ )
"""
    with NutServer([StaticDevice("ups1", {"ups.status": "OL"})]) as server:
        text = _printed(
            script, tmp_path, PORT=str(server.port), NAME=ADMIN.name, WORD=ADMIN.password
        )
    assert text == "True ['ups1'] PyNUTError"


def test_an_installed_package_of_the_vendor_is_found_first(tmp_path: Path) -> None:
    (tmp_path / "site" / "raritan").mkdir(parents=True)
    (tmp_path / "site" / "raritan" / "__init__.py").write_text("mine = True\n")
    # as site-packages stand before what a .pth file adds
    path = os.pathsep.join([str(tmp_path / "site"), str(NAMES)])
    assert _printed("import raritan; print(raritan.mine)", tmp_path, PYTHONPATH=path) == "True"
