"""Sets the order in which outlets are switched on together, and the pause after each."""

from dcimanager_pdu_handlers.raritan.rpc import pdumodel
from unit import agent

pdu = pdumodel.Pdu("/model/pdu/0", agent)
outlets = pdu.getOutlets()
settings = pdu.getSettings()
settings.outletPowerStateSequence = [3, 2, 1, 0]  # positions from 0
print(pdu.setSettings(settings))
for outlet in outlets:
    outlet_settings = outlet.getSettings()
    outlet_settings.sequenceDelay = 2000  # ms
    outlet.setSettings(outlet_settings)
print(pdu.cycleAllOutletPowerStates())
print(pdu.getOutletSequenceState().sequenceRunning)
pdu.cancelOutletSequence()

# It prints, on a simulated PX3:
# 0
# 0
# True
