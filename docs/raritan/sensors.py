"""Reads the energy of each outlet, and the current of each line of the inlet.

A sensor that a unit does not have is None. The current of a three-phase inlet itself is that of its
highest line, and not the sum.
"""

from dcimanager_pdu_handlers.raritan.rpc import pdumodel
from unit import agent


def value(sensor):
    reading = sensor.getReading()
    return round(reading.value, 1) if reading.available and reading.valid else "not known"


pdu = pdumodel.Pdu("/model/pdu/0", agent)
for outlet in pdu.getOutlets():
    energy = outlet.getSensors().activeEnergy
    if energy is not None:
        print(value(energy), "Wh")

inlet = pdumodel.Inlet("/model/inlet/0", agent)
for pole in inlet.getPoles():
    if pole.current is not None:
        print(pole.line.name, value(pole.current), "A")

# It prints, on a simulated PX3:
# 1000.5 Wh
# 2001.0 Wh
# 3001.5 Wh
# 4002.0 Wh
# L1 0.6 A
# L2 0.2 A
# L3 0.3 A
# NEUTRAL 0.3 A
