"""The power of a machine with several cords: what proves it off and on.

`meters` judges single figures, `power_balance` the sum of outlets and inlets, `observations` keeps
what was seen, `pdu_access` leads to the PDUs, `candidate_pdus` says which, `proof` takes the power
and gives it back, `actions` does so under a lock. `pdu on`, `off` and `cycle`, `pdu machine`, `pdu
fence`, the gateway, the NUT driver and `pdu cycle-hall` stand on it; docs/states.md says what each
refuses.
"""
