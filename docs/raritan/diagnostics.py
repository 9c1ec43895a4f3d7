"""Saves the file for the vendor's support."""

from dcimanager_pdu_handlers.raritan.rpc import diag
from unit import agent

with open("diag.tgz", "wb") as file:
    print(file.write(diag.download(agent)) > 0)

# It prints, on a simulated PX3:
# True
