"""Reads the mains and panel 1 of a power meter controller, uploads a configuration as the
vendor's Excel templates export it, and reads the descriptor of a unit built to order (ETO).
"""

from dcimanager_pdu_handlers.raritan.rpc import pdumodel
from unit import agent

print(pdumodel.download_powermeter_csv(agent).decode().splitlines()[0])
print(len(pdumodel.download_panel_csv(agent, 1).splitlines()) > 1)
with open("pmc.json", "rb") as file:
    print(pdumodel.upload_pmc_config(agent, file.read()))
print(pdumodel.download_eto(agent).decode())

# It prints, on a simulated PX3:
# device,name,voltage,current,activePower,activeEnergy
# True
# OK
# {"model": "PX3-5190R", "serial": "SIM0000001", "outlets": 4}
