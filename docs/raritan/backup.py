"""Saves a backup of this unit, encrypted, and restores it. Without `backup=True` it is a bulk
configuration for other units of the model.

Further arguments: `skip_check="firmware_version,model"` of an upload, `clear_text=True` and
`filter_profile` of a download, `link_ids=[1, 3]` of both.
"""

import getpass

from dcimanager_pdu_handlers.raritan.rpc import bulkcfg
from unit import agent

password = getpass.getpass("password of the backup: ")
with open("backup.txt", "wb") as file:
    file.write(bulkcfg.download(agent, backup=True, password=password))
with open("backup.txt", "rb") as file:
    code = bulkcfg.upload(agent, file.read(), backup=True, password=password)
print(code, code.text)
print(bulkcfg.BulkConfiguration("/bulkcfg", agent).getStatus()[0].name)

# It prints, on a simulated PX3:
# 0 success
# RESTORE_PENDING
