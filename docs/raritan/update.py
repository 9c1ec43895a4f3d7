"""Installs the firmware image pdu.bin. Outlets keep their state.

`proxy.reboot()` restarts the controller alone, `proxy.discardImage()` removes an image that was
uploaded.
"""

import time

from dcimanager_pdu_handlers.raritan.rpc import firmware
from dcimanager_pdu_handlers.shared.errors import Denied, PduHandlerError
from unit import agent

proxy = firmware.Firmware("/firmware", agent)
history = proxy.getUpdateHistory()
with open("pdu.bin", "rb") as image:
    firmware.upload(agent, image)
present, info = proxy.getImageInfo()
assert present and info.valid and info.compatible and info.signature_good
print("image", info.version)
proxy.startUpdate([])


def newest_entry():
    try:
        new_history = proxy.getUpdateHistory()
    except Denied:  # a refused login is not tried again: the unit may block the account
        raise
    except PduHandlerError:  # the unit updates or restarts
        return None
    return new_history[-1] if new_history != history else None


for _ in range(180):  # half an hour
    entry = newest_entry()
    if entry is not None:
        print("installed", entry.imageVersion, entry.status.name)
        break
    time.sleep(10)

# It prints, on a simulated PX3:
# image 4.4.1.6-53300
# installed 4.4.1.6-53300 SUCCESSFUL
