"""Installs a certificate. It has another fingerprint, which later connections need."""

from dcimanager_pdu_handlers.raritan.rpc import cert
from unit import agent

proxy = cert.ServerSSLCert("/server_ssl_cert", agent)
with open("cert.pem", "rb") as certificate, open("key.pem", "rb") as key:
    code = cert.upload(agent, certificate.read(), key.read())
print(code, code.text)
print(proxy.getInfo().havePendingCert)
print(proxy.installPendingKeyPair())
print(cert.download(agent, "active_cert").decode().splitlines()[0])

# It prints, on a simulated PX3:
# 0 success
# True
# 0
# -----BEGIN CERTIFICATE-----
