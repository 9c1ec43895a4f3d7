"""pytest -p tests.two_plugin: the handler snmp is the two-step engine; counts the tests that call it."""
import os
import handlers.snmp.handler as h
from handlers.snmp.two.handler import TwoStepPdu
h.SnmpPdu = TwoStepPdu
h.make_handler = lambda d: TwoStepPdu(d)
_open = TwoStepPdu._open
def opened(self, *a, **k):
    with open(os.environ.get("TWO_LOG", "/dev/null"), "a") as f:
        f.write(os.environ.get("PYTEST_CURRENT_TEST", "?").split(" (")[0] + "\n")
    return _open(self, *a, **k)
TwoStepPdu._open = opened
