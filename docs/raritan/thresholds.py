"""Sets a threshold of the inlet's current in the structure that was read, so that all other
fields are sent back as they came."""

from dcimanager_pdu_handlers.raritan.rpc import pdumodel
from unit import agent

inlet = pdumodel.Inlet("/model/inlet/0", agent)
current = inlet.getSensors().current
thresholds = current.getThresholds()
thresholds.upperWarning = 12.0
thresholds.upperWarningActive = True
print(current.setThresholds(thresholds), current.getThresholds().upperWarning)

# It prints, on a simulated PX3:
# 0 12.0
