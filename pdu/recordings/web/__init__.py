"""Recordings over HTTP: a PDU that the pack does not have, as a file that a test can serve.

`pdu record HANDLER ADDRESS` makes one, and `pdu replay FILE` and `pdu handler check --replay FILE`
serve it. So a handler of one's own is checked, and mended later, without the PDU.

1. The handler reads the PDU through a port of this machine, which passes each request on and keeps
   it with its answer (recording_proxy.py). No command is sent.
2. The handler reads the file again and again, each time with other texts replaced. What it does not
   need is replaced for good: so names and secrets of the owner leave it (scrubbing.py).
3. Where is a state? The states are known: "1" is on and "2" is off. A column of values that could
   mean that is sought in the answers, such as `on` in [{"on": 1}, {"on": 0}] (state_columns.py).
   One value of it is turned over, and the handler reads the file once more. If it then says that
   this outlet, and no other, is in its other state, and so for each outlet, the column is the
   state (probing.py).
4. A command that comes to the simulated PDU sets those values (unit.py). Which request it is, the
   owner says in words (request_patterns.py).
5. `pdu handler check` makes copies of the answers: without a figure, without a row, with a state
   that is neither on nor off (outlet_rows.py), and looks at what the handler makes of them.

The file is a HAR, as browsers export (har.py).
"""
