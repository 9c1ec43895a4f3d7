"""Switches one outlet, two at once, and cycles a fourth. The result 0 is: accepted."""

from dcimanager_pdu_handlers.raritan.rpc import pdumodel
from unit import agent

pdu = pdumodel.Pdu("/model/pdu/0", agent)
outlets = pdu.getOutlets()
off = pdumodel.Outlet.PowerState.PS_OFF
print(outlets[0].setPowerState(off))
print(pdu.setMultipleOutletPowerStates([1, 2], off, respectSequence=False))
print([outlet.getState().powerState.name for outlet in outlets])
print(outlets[3].cyclePowerState())

# It prints, on a simulated PX3:
# 0
# 0
# ['PS_OFF', 'PS_OFF', 'PS_OFF', 'PS_ON']
# 0
