"""`pdu prove`: asks a real unit, or a copy of the platform, and keeps its answers as evidence.

`unit_reading` reads, `contract` switches one outlet while `watchdog` owns its last "on", `verdicts`
says from the answers alone which promise was kept, `document` is the file, `page` shows it to a
person, `acceptance` checks a file that somebody sent.
"""
