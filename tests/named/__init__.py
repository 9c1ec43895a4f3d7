"""The trial of names: what `pdu supports` answers to lists of models that nobody here wrote.

It has found faults: names of NETIO, Eaton's managed G4, Avocent and Gude had no answer, and basic
PDUs of APC, CyberPower and Vertiv a yes.
"""
