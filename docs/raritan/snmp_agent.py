"""Switches the unit's SNMP agent on: read, change, write back."""

import os

from dcimanager_pdu_handlers.raritan.rpc import devsettings
from unit import agent

snmp = devsettings.Snmp("/snmp", agent)
configuration = snmp.getConfiguration()
configuration.v2enable = True
configuration.readComm = os.environ["PDU_COMMUNITY"]
print(snmp.setConfiguration(configuration), snmp.getConfiguration().v2enable)

# It prints, on a simulated PX3:
# 0 True
