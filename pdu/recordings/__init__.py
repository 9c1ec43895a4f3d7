"""Recordings of devices: how they are made (`record`), scrubbed, and served or simulated from
(`replay`). A folder for each protocol has its format, scrubber and server. In no archive.

recording       a file with the answers of one device to what its handler asks
replay          a server on this machine that answers from a recording
simulated PDU   a replay that obeys commands or has a fault, for `pdu handler check`
contents        what a simulated PDU answers from; changed contents make another PDU
untried rule    one of `pdu handler check` that cannot be tried on a simulated PDU, with the reason
pointer, column where an answer has a value; the pointers to the states of all outlets
scrub           put stand-ins in place of what could identify the owner of a device
stand-in        a text such as name-3; equal values have equal ones
group           values that are replaced together, or stay together
kept text       one that stays, because what the handler reads depends on it
"""
