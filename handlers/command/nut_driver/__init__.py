"""`pdu nut-driver`: the PDUs of a list behind NUT's upsd, as their driver.

`lines` is the driver socket protocol and `view` what upsd sees of a reading, both pure. `unit`
reads and switches one PDU in a thread, `server` answers on its socket.
"""
