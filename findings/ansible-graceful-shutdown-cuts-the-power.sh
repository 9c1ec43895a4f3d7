#!/bin/sh
# redfish_command of Ansible's community.general 11.4.2 sends another ResetType than it was asked for
# where the service does not list that one in ResetType@Redfish.AllowableValues, and reports "changed"
# without a word of it: PowerGracefulShutdown and PowerReboot cut the power (ForceOff, ForceRestart),
# and PowerForceOff of a service with graceful ones alone asks the system to shut down.
# Needs python3 3.11 or newer with venv, and openssl. The service below listens on loopback and
# switches nothing.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/key.pem" -out "$T/cert.pem" -days 2 -subj /CN=localhost 2> /dev/null
python3 -m venv "$T/venv"
"$T/venv/bin/pip" install -qq ansible-core==2.19.14
"$T/venv/bin/pip" download -qq --no-deps --dest "$T" ansible==12.3.0
cat > "$T/case.py" <<'PY'
import glob, http.server, json, os, ssl, subprocess, sys, threading, zipfile

folder, system = sys.argv[1], "/redfish/v1/Systems/1"
with zipfile.ZipFile(glob.glob(folder + "/ansible-*.whl")[0]) as wheel:
    general = "ansible_collections/community/general/"
    wheel.extractall(folder, [name for name in wheel.namelist() if name.startswith(general)])
    version = json.loads(wheel.read(general + "MANIFEST.json"))["collection_info"]["version"]
allowed, resets = [], []
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        self.answer({
            "/redfish/v1": {"Systems": {"@odata.id": "/redfish/v1/Systems"}},
            "/redfish/v1/Systems": {"Members": [{"@odata.id": system}]},
            system: {"Id": "1", "PowerState": "On", "Actions": {"#ComputerSystem.Reset": {
                "target": system + "/Actions/ComputerSystem.Reset", "ResetType@Redfish.AllowableValues": allowed}}},
        }[self.path.rstrip("/")])
    def do_POST(self):
        resets.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["ResetType"])
        self.answer({})
    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
server.socket = tls.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
binaries = os.path.dirname(sys.executable)
environment = {**os.environ, "HOME": folder, "ANSIBLE_PYTHON_INTERPRETER": sys.executable, "ANSIBLE_COLLECTIONS_PATH": folder, "LC_ALL": "C.UTF-8"}
for values, command, sent in (
    (["On", "ForceOff", "ForceRestart"], "PowerGracefulShutdown", "ForceOff"),
    (["On", "ForceOff", "ForceRestart"], "PowerReboot", "ForceRestart"),
    (["On", "GracefulShutdown", "GracefulRestart"], "PowerForceOff", "GracefulShutdown"),
):
    allowed[:], resets[:] = values, []
    arguments = f"category=Systems command={command} resource_id=1 baseuri=127.0.0.1:{server.server_address[1]} username=user password=secret validate_certs=false"
    done = subprocess.run([binaries + "/ansible", "localhost", "-i", "localhost,", "-c", "local", "-m", "community.general.redfish_command", "-a", arguments],
                          capture_output=True, text=True, timeout=300, env=environment)
    print(f"community.general {version}, {command}, allowed {', '.join(values)}: sent {resets}, exit code {done.returncode}")
    said = [line.strip() for line in done.stdout.splitlines() if '"changed"' in line or '"msg"' in line]
    print("   ", *said)
    assert resets == [sent] and done.returncode == 0, done.stdout + done.stderr
    assert '"changed": true,' in said and sent not in " ".join(said)
assert version == "11.4.2"
PY
"$T/venv/bin/python" "$T/case.py" "$T"
