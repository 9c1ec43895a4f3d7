"""A machine's power: what proves it off, and the trial on which that rests.

`meters` and `inlets` judge figures, `pdu_access` leads to the PDUs, `machine_power` says what a
machine is by a reading, `contradictions` what ends evidence, `evidence` is the file of what
trials have shown, `alive` asks the machine itself, `observations` keeps what speaks against a
machine, `proof` takes the power and proves it, `verification` is the trial, `actions` are whole
runs under a lock, and `outlet` is one outlet alone.
"""
