#!/bin/sh
# Synaccess's client of its SynLink PDUs takes a timeout, 10 s by default, and uses it for readings only:
# a command waits as long as the unit keeps the connection open. It also takes 200 alone for success: at
# 204, by which other PDUs say that a command is done, it raises "No response received from server".
# Needs python3 with venv.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" install -qq requests==2.34.2 requests-toolbelt==1.0.0 synlinkpy==0.0.14
cat > "$T/see.py" <<'PY'
import http.server, sys, threading, time
import requests, synlinkpy
class Unit(http.server.BaseHTTPRequestHandler):
    status, wait = 200, 3
    def serve(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(Unit.wait)
        body = b'{"id": "1-286331153", "state": "OFF"}' if Unit.status == 200 else b""
        self.send_response(Unit.status)
        if body:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_PUT = serve
    def log_message(self, *words): pass
unit = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Unit)
threading.Thread(target=unit.serve_forever, daemon=True).start()
client = synlinkpy.SynLinkPy("http://127.0.0.1:%d" % unit.server_port, {"token": "a-token"}, timeout=1)
try:
    client.outlets.list()
    read = "answered"
except requests.exceptions.ReadTimeout:
    read = "ReadTimeout"
command = client.outlets.set_state("1-286331153", "OFF")["state"]
Unit.wait, Unit.status = 0, 204
try:
    client.outlets.set_state("1-286331153", "OFF")
    empty = "success"
except synlinkpy.Error as error:
    empty = str(error)
print("synlinkpy 0.0.14, timeout=1, a unit that takes 3 s: reading:", read, "; command:", command)
print("a command that is answered with 204:", empty)
sys.exit((read, command, empty) != ("ReadTimeout", "OFF", "Error: No response received from server."))
PY
"$T/venv/bin/python" "$T/see.py"
