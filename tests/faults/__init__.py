"""The fault matrix: every handler, every call, every fault, at each step of the talk on the wire.

    python -m tests.faults              all cells, as a table
    python -m tests.faults nut -m status --fault half     a part of them

A *subject* (`subjects/`) is a handler with its simulated device and with what its protocol has for each fault. A *fault*
(`catalogue`) is what the network, something in between, or the device does. The relay (`wire`, `datagrams`) lies between
the two and lets it happen at the wanted *step*, an exchange of request and answer, counted from 0. A *cell* is one call of
one handler with one fault; the call must end with the truth, or with the one error that says who must act (`cell`).

The device and the relay run in a process of their own (`stage`), so that what a call leaves open is counted in this one.
"""
