# Installs `pdu exporter` and Prometheus on Debian. To be read, and run line by line: as root, in the
# clone, with hall.csv and logins.toml in it, which `pdu check hall.csv --auth logins.toml` has read.
set -eu
umask 022 # the user pdu reads what root installs
apt-get install --no-install-recommends python3-venv prometheus
python3 -m venv /opt/pdu
/opt/pdu/bin/pip install '.[exporter,privacy]' # privacy: SNMPv3 with encryption
useradd --system --no-create-home --shell /usr/sbin/nologin pdu
install -d -m 750 -g pdu /etc/pdu
install -m 640 -g pdu hall.csv /etc/pdu/pdus.csv
install -m 640 -g pdu logins.toml /etc/pdu/logins.toml
install -m 644 docs/prometheus/pdu-exporter.service /etc/systemd/system/
systemctl enable --now pdu-exporter
install -m 644 docs/prometheus/prometheus.yml docs/prometheus/pdu-rules.yml /etc/prometheus/
systemctl restart prometheus
