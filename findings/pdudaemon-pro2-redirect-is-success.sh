#!/bin/sh
# A Server Technology PRO2 that enforces HTTPS redirects http, and pdudaemon's driver of it speaks http
# unless its settings say otherwise. requests makes a GET of a PATCH at 302 and 303, as browsers do for
# POST, so the command becomes a reading of the outlet that is answered with 200: the driver returns
# without an error, and nothing was switched. At 307 and 308 the PATCH is sent again.
# Needs python3 with venv, from 3.10.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" install -qq requests==2.34.2 aiohttp==3.14.5 pexpect==4.9.0 hidapi==0.15.0 pyserial==3.5 pyusb==1.3.1 pymodbus==3.16.1 pysnmp==7.1.30 paramiko==5.1.0
"$T/venv/bin/pip" install -qq --no-deps pdudaemon==1.1.1
cat > "$T/see.py" <<'PY'
import http.server, sys, threading
from pdudaemon.drivers.servertechpro2 import ServerTechPro2
seen = []
class Unit(http.server.BaseHTTPRequestHandler):
    def serve(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        there = self.path.startswith("/there")
        if there:
            seen.append(self.command)
        self.send_response(200 if there else self.server.status)
        if not there:
            self.send_header("Location", "/there" + self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()
    do_GET = do_PATCH = serve
    def log_message(self, *words): pass
said = {}
for status in (302, 303, 307, 308):
    unit = http.server.HTTPServer(("127.0.0.1", 0), Unit)
    unit.status = status
    threading.Thread(target=unit.serve_forever, daemon=True).start()
    driver = ServerTechPro2("127.0.0.1:%d" % unit.server_port, {})
    driver._port_interaction("off", "AA1")
    unit.shutdown()
    said[status] = seen.pop()
print("pdudaemon 1.1.1, no error raised; what arrived behind each redirect:", said)
sys.exit(said != {302: "GET", 303: "GET", 307: "PATCH", 308: "PATCH"})
PY
"$T/venv/bin/python" -W ignore "$T/see.py"
