#!/bin/sh
# `promtool tsdb create-blocks-from openmetrics` of Prometheus 2.42.0 leaves out each sample that is
# older than one of the same series before it in the file, says nothing of it, and ends with 0: of
# four samples, three are in the block that it lists.
# Needs apt-get of Debian 12, and dpkg-deb: the package is unpacked, not installed.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
(cd "$T" && apt-get download -qq prometheus=2.42.0+ds-5+deb12u1 2> /dev/null && dpkg-deb -x ./prometheus_*.deb .)
PATH=$T/usr/bin:$PATH
cat > "$T/samples" <<'TXT'
energy_total 1 1790812800
energy_total 2 1790813700
energy_total 4 1790815500
energy_total 3 1790814600
# EOF
TXT
promtool --version 2>&1 | head -n 1
promtool tsdb create-blocks-from openmetrics "$T/samples" "$T/data" > "$T/out" 2>&1
cat "$T/out"
samples=$(tail -n 1 "$T/out" | sed 's/.*s  *\([0-9][0-9]*\)  *[0-9]*  *[0-9]*  *[0-9]* *$/\1/')
echo "4 samples in the file, $samples in the block"
[ "$samples" = 3 ]
