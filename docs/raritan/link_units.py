"""Reads link unit 3, releases it and adds it again. From firmware 3.6 on.

The resources of link unit 3 are those of the primary unit below `/link/3`; the PDU model has ids
of its own.
"""

import os

from dcimanager_pdu_handlers.raritan.rpc import cascading, firmware, pdumodel
from unit import agent

cascade = cascading.CascadeManager("/cascade", agent)
print(sorted(cascade.getStatus().linkUnits))
print(firmware.Firmware("/link/3/firmware", agent).getVersion())
print(pdumodel.Outlet("/model/pdu/3/outlet/0", agent).getState().powerState.name)
print(cascade.releaseLinkUnit(3))
print(cascade.addLinkUnit(3, "192.0.2.10", "admin", os.environ["PDU_LINK_PASSWORD"], ""))

# It prints, on a simulated PX3:
# [3]
# 4.4.1.5-50000
# PS_ON
# 0
# 0
