"""Makes the unit forward ports to its expansion units. Position 0 is the unit itself."""

from dcimanager_pdu_handlers.raritan.rpc import net
from unit import agent

network = net.Net("/net", agent)
settings = network.getSettings()
settings.common.portForwarding.enabled = True
settings.common.portForwarding.role = net.PortForwardingRole.PRIMARY_UNIT
settings.common.portForwarding.primaryUnitDownstreamIfName = "usb"
print(network.setSettings(settings))
print([net.forwarded_port(position, "https") for position in (0, 1, 2)])

# It prints, on a simulated PX3:
# 0
# [50000, 50001, 50002]
