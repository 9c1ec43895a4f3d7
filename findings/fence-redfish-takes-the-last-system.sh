#!/bin/sh
# fence_redfish of Debian's fence-agents 4.12.1-1, without systems_uri, takes the last member of the
# collection of systems, whichever machine that is, and reports success. Its metadata list plug, with
# which a cluster names the machine; it is taken and not looked at.
# Needs Debian 12's apt-get and dpkg, python3 with venv, and openssl. The service below listens on
# loopback and switches nothing.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
(cd "$T" && apt-get -qq -o APT::Sandbox::User=root download fence-agents=4.12.1-1 2> /dev/null && dpkg -x ./fence-agents_*.deb .)
python3 -m venv "$T/env"
"$T/env/bin/pip" -q install --disable-pip-version-check pexpect==4.9.0 pycurl==7.49.0 requests==2.34.2
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/key.pem" -out "$T/cert.pem" -days 2 -subj /CN=localhost 2> /dev/null
cat > "$T/case.py" <<'PY'
import http.server, json, os, ssl, subprocess, sys, threading

SYSTEMS = "/redfish/v1/Systems"
state = {"node1": "On", "node2": "On", "node3": "On"}
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        path = self.path.rstrip("/")
        name = path.rpartition("/")[2]
        if path == "/redfish/v1":
            self.answer({"Systems": {"@odata.id": SYSTEMS}})
        elif path == SYSTEMS:
            self.answer({"Members": [{"@odata.id": f"{SYSTEMS}/{name}"} for name in state], "Members@odata.count": len(state)})
        else:
            self.answer({"Id": name, "PowerState": state[name], "Actions": {"#ComputerSystem.Reset": {"target": f"{path}/Actions/ComputerSystem.Reset"}}})
    def do_POST(self):
        reset = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["ResetType"]
        state[self.path.split("/")[4]] = {"ForceOff": "Off", "On": "On"}[reset]
        self.answer({})
    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(sys.argv[1] + "/cert.pem", sys.argv[1] + "/key.pem")
server.socket = tls.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
options = f"ip=127.0.0.1\nipport={server.server_address[1]}\nusername=user\npassword=secret\nssl_insecure=1\naction=off\nplug=node1\n"
agent = [sys.executable, sys.argv[1] + "/usr/sbin/fence_redfish"]
library = {**os.environ, "PYTHONPATH": sys.argv[1] + "/usr/share/fence"}
done = subprocess.run(agent, input=options, env=library, capture_output=True, text=True, timeout=60)
words = (done.stdout + done.stderr).strip()
print("fence_redfish 4.12.1, off, plug=node1, of a collection of three:", words, "/ exit code", done.returncode, "/", state)
assert done.returncode == 0 and "Success: Powered OFF" in words
assert state == {"node1": "On", "node2": "On", "node3": "Off"}
PY
"$T/env/bin/python" "$T/case.py" "$T"
