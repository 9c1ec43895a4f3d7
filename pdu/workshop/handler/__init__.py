"""`pdu handler`: checks a handler that anybody wrote against the vendor's page. A rule (rules.py)
is what it should keep, a finding what was seen of one rule. A trial calls its methods on a device:
on one that is well, then on devices with a fault each. A unit is a device whose every answer is
known.
"""
