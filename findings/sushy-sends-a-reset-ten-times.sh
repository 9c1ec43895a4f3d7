#!/bin/sh
# sushy 5.14.0 sends the POST of a Reset up to ten times when it hears nothing, and then fails with
# ConnectionError: its connector repeats each request after a time-out, POSTs too. The requests are
# equal, so that no header tells a service that they are one Reset: a service that carries out each
# of them restarts the machine ten times. Takes some 100 s.
# Needs python3 with venv. The service below listens on loopback and switches nothing.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" install -qq sushy==5.14.0
cat > "$T/case.py" <<'PY'
import http.server, json, threading, time
import sushy

SYSTEM = "/redfish/v1/Systems/1"
RESET = SYSTEM + "/Actions/ComputerSystem.Reset"
TREE = {
    "/redfish/v1": {"@odata.id": "/redfish/v1/", "Id": "root", "Name": "root", "RedfishVersion": "1.18.0", "UUID": "00000000-0000-0000-0000-000000000000",
                    "Systems": {"@odata.id": "/redfish/v1/Systems"}, "Links": {"Sessions": {"@odata.id": "/redfish/v1/SessionService/Sessions"}}},
    SYSTEM: {"@odata.id": SYSTEM, "Id": "1", "Name": "1", "SystemType": "Physical", "PowerState": "On",
             "Boot": {"BootSourceOverrideEnabled": "Disabled", "BootSourceOverrideTarget": "None"},
             "Actions": {"#ComputerSystem.Reset": {"target": RESET, "ResetType@Redfish.AllowableValues": ["ForceRestart"]}}},
}
posts = []
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(TREE[self.path.rstrip("/")]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        posts.append((self.path, body, tuple(sorted(self.headers.items()))))
        time.sleep(300)
    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
root = sushy.Sushy("http://127.0.0.1:%d" % server.server_address[1], auth=sushy.auth.BasicAuth("user", "secret"))
system = root.get_system(SYSTEM)
system._conn._default_request_timeout = 2  # 60 s, if nobody changes it
outcome = "success"
try:
    system.reset_system(sushy.RESET_FORCE_RESTART)
except sushy.exceptions.ConnectionError:
    outcome = "ConnectionError"
print("sushy 5.14.0:", len(posts), "POSTs of", posts[0][1].decode(), "for one reset_system,", len(set(posts)), "different; then", outcome)
assert (len(posts), len(set(posts)), outcome) == (10, 1, "ConnectionError")
PY
"$T/venv/bin/python" "$T/case.py"
