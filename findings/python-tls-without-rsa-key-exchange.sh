#!/bin/sh
# Python 3.10 and later, built as released, refuse a server of TLS 1.2 that curl reads over the same
# OpenSSL: contexts of the module ssl offer neither RSA key exchange nor CBC with SHA-1 any more, and
# the error, an alert of the server, names neither. Python 3.9 offers both, and so does any release
# that is built with --with-ssl-default-suites=openssl, as Debian's are: what runs with Debian's python3
# fails with that of pyenv. Server Technology's JAWS has such ciphers alone.
# Needs python3 3.10 or newer, openssl and curl. The server below listens on loopback.
set -eu
T=$(mktemp -d)
trap 'kill $S 2> /dev/null || true; rm -rf "$T"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/key.pem" -out "$T/cert.pem" -days 2 -subj /CN=localhost 2> /dev/null
P=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
openssl s_server -accept "127.0.0.1:$P" -key "$T/key.pem" -cert "$T/cert.pem" -tls1_2 -cipher AES256-GCM-SHA384 -www -quiet > /dev/null 2>&1 &
S=$!
C=$(curl -s -o /dev/null -w '%{http_code}' --retry 20 --retry-connrefused --retry-delay 1 --cacert "$T/cert.pem" "https://localhost:$P/")
R=$(python3 - "$T/cert.pem" "$P" <<'PY'
import ssl, sys, sysconfig, urllib.error, urllib.request
built = "openssl" if "--with-ssl-default-suites=openssl" in sysconfig.get_config_var("CONFIG_ARGS") else "released"
context = ssl.create_default_context(cafile=sys.argv[1])
def read():
    try:
        return urllib.request.urlopen(f"https://localhost:{sys.argv[2]}/", context=context).status
    except urllib.error.URLError as error:
        return error.reason.reason
usual = read()
context.set_ciphers("DEFAULT:@SECLEVEL=2")
print(built, usual, read())
PY
)
echo "$(python3 -V), curl: $C; how Python's list was built, what it reads, and with OpenSSL's own list: $R"
case "$C $R" in "200 released SSLV3_ALERT_HANDSHAKE_FAILURE 200" | "200 openssl 200 200") ;; *) exit 1 ;; esac
