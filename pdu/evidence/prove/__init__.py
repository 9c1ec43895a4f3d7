"""`pdu prove`: asks a real unit, and keeps its answers as evidence.

`unit_reading` reads, `contract` switches one outlet while `watchdog` owns its last "on", `verdicts`
says from the answers alone which promise was kept, `document` is the file, `evidence` reads one
that somebody sent.
"""
