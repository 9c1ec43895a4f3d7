#!/bin/sh
# Synaccess's client of its SynLink PDUs recommends a personal access token in place of a password. Its
# fwUpdate() sends the token with the new firmware, and not with the restart that makes the unit run it:
# a unit that asks for a login there keeps the old firmware until somebody restarts it, and the method
# raises "Firmware update error" although the upload was accepted. With user and password it works.
# Needs python3 with venv. The unit below listens on loopback.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" install -qq requests==2.34.2 requests-toolbelt==1.0.0 synlinkpy==0.0.14
cat > "$T/see.py" <<'PY'
import contextlib, http.server, io, sys, threading
import synlinkpy
class Unit(http.server.BaseHTTPRequestHandler):
    seen = []
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        login = self.headers.get("Authorization") or self.headers.get("Cookie") or "no login"
        Unit.seen.append((self.path, login))
        status = 200 if self.path == "/login" or login != "no login" else 401
        body = b"{}" if status == 200 else b"log in first"
        self.send_response(status)
        if self.path == "/login":
            self.send_header("Set-Cookie", "SPID=a-key; path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words): pass
unit = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Unit)
threading.Thread(target=unit.serve_forever, daemon=True).start()
place, firmware = "http://127.0.0.1:%d" % unit.server_port, sys.argv[1]
def update(credentials):
    Unit.seen.clear()
    client = synlinkpy.SynLinkPy(place, credentials)
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            ended = client.system.fwUpdate(firmware)
        except synlinkpy.Error as error:
            ended = str(error)
    return ended, dict(Unit.seen)
token, sent = update({"token": "a-token"})
print("synlinkpy 0.0.14, with a token:", token, sent)
user, sent_by_user = update({"username": "admin", "password": "a-password"})
print("with user and password:", user, sent_by_user)
sys.exit(
    (token, sent["/api/system/firmware"], sent["/api/system/reboot"], user)
    != ("Firmware update error: log in first", "Bearer a-token", "no login", True)
)
PY
printf 'not a firmware' > "$T/unit.swu"
"$T/venv/bin/python" "$T/see.py" "$T/unit.swu"
