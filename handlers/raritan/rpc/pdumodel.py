"""The PDU data model. Downloads of PDU data, and upload of a power meter's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from ._idl.pdumodel import *
from ._runtime import scripts
from ._runtime.classes import public_names

if TYPE_CHECKING:
    from ...http.multipart import Progress
    from ._runtime.agent import Agent


def download_eto(agent: Agent) -> bytes:
    """The descriptor of a unit that was built to order: one round trip."""
    return scripts.download(agent, "/cgi-bin/eto_desc.cgi")


def download_powermeter_csv(agent: Agent) -> bytes:
    """Mains readings of all power meters and panels as CSV: one round trip."""
    return scripts.download(agent, "/cgi-bin/export_pmc.cgi")


def download_panel_csv(agent: Agent, panelid: int) -> bytes:
    """Mains and circuit readings of one panel (1 to 8) as CSV: one round trip.

    > GET /cgi-bin/export_pmc.cgi?panelid=1
    < 200, and the CSV

    Raises ValueError for another number.
    """
    if panelid not in range(1, 9):
        raise ValueError(f"panelid is {panelid}; give a number from 1 to 8")
    target = scripts.target("export_pmc.cgi", {"panelid": str(panelid)})
    return scripts.download(agent, target)


def upload_pmc_config(agent: Agent, data: scripts.Data, progress: Optional[Progress] = None) -> str:
    """Send the configuration of a power meter or panel, JSON from one of the vendor's Excel
    templates: one round trip.

    > POST /cgi-bin/upload_pmc_config.cgi, multipart: config_file, filename config.csv
    < 200, and the device's text, which is returned
    """
    # The vendor's SDK gives the file this name, although its format is JSON.
    answer = scripts.upload(
        agent, "/cgi-bin/upload_pmc_config.cgi", "config_file", "config.csv", data, progress
    )
    return str(answer["body"])


__all__ = public_names(globals())
