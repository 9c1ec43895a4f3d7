"""Saves the raw configuration, and writes it back."""

from dcimanager_pdu_handlers.raritan.rpc import rawcfg
from unit import agent

with open("raw.txt", "wb") as file:
    file.write(rawcfg.download(agent))
with open("raw.txt", "rb") as file:
    code = rawcfg.upload(agent, file.read())
print(code, code.text)

# It prints, on a simulated PX3:
# 0 success
