#!/bin/sh
# A Server Technology PRO2 answers a command with 204 and no content, so without a Content-Type. NAPALM's
# driver looks for "application/json" in that header: set_outlet() raises TypeError after the outlet has
# switched, and a caller that tries again, or takes it for failed, is wrong about the outlet.
# Needs python3 with venv.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" install -qq napalm==5.2.0 setuptools==84.2.1 trustme==1.2.1 requests==2.34.2 napalm-servertech-pro2==0.1.5
cat > "$T/see.py" <<'PY'
import http.server, os, ssl, sys, tempfile, threading
import trustme
from napalm_servertech_pro2.pro2 import PRO2Driver
switched = []
class Unit(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")
    def do_PATCH(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        switched.append(self.path)
        self.send_response(204)
        self.end_headers()
    def log_message(self, *words): pass
ca = trustme.CA()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
ca.issue_cert("127.0.0.1").configure_cert(context)
unit = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Unit)
unit.socket = context.wrap_socket(unit.socket, server_side=True)
threading.Thread(target=unit.serve_forever, daemon=True).start()
with tempfile.NamedTemporaryFile(suffix=".pem") as file:
    file.write(ca.cert_pem.bytes())
    file.flush()
    os.environ["REQUESTS_CA_BUNDLE"] = file.name
    driver = PRO2Driver("127.0.0.1:%d" % unit.server_port, "admin", "secret")
    driver.open()
    try:
        driver.set_outlet("AA1", "off")
        said = "success"
    except TypeError as error:
        said = "TypeError: %s" % error
print("napalm-servertech-pro2 0.1.5: the unit got", switched, "and answered 204; set_outlet:", said)
sys.exit(switched != ["/jaws/control/outlets/AA1"] or not said.startswith("TypeError"))
PY
"$T/venv/bin/python" -W ignore "$T/see.py"
