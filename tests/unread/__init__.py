"""Objects in A, W and kWh of the families' MIBs that no figure reads.

It has found a fault: the energy of the Powertek Simple PDU (pduStatTotalEnergy) was missed.
"""
