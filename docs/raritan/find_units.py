"""Finds units by mDNS. It needs the package `zeroconf` (`pip install ".[discover]"`)."""

from dcimanager_pdu_handlers.raritan import zeroconf

for device in zeroconf.discover_devices():
    print(device.address, device.port, device.model, device.firmware)

# It prints, with two simulated units:
# 127.0.0.11 443 PX3-5190R 3.6.80
# 127.0.0.12 443 PX4-1234 4.4.1
