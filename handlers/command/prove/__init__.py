"""`pdu prove`: asks a real unit, or a copy of the platform, and keeps its answers as evidence.

`gathering` reads, `contract` switches one outlet while `guard` owns its last "on", `judging` says
from the answers alone which promise was kept, `document` is the file, `page` shows it to a person,
`taking` checks a file that somebody sent.
"""
