#!/bin/sh
# Asks a time-stamping authority (RFC 3161) for a stamp of a day's hash, and checks the answer.
#   pdu meter ... --anchor 'sh /etc/pdu/stamp.sh URL CERTIFICATES FOLDER {hash}'
# FOLDER: one that the meter's user cannot change afterwards, such as a share that only takes new files.
set -eu
url=$1 certificates=$2 folder=$3 hash=$4
asked=$(mktemp) answer=$(mktemp)
trap 'rm -f "$asked" "$answer"' EXIT
openssl ts -query -digest "$hash" -sha256 -cert -out "$asked"
curl -sS --fail --max-time 60 -H 'Content-Type: application/timestamp-query' --data-binary "@$asked" -o "$answer" "$url"
openssl ts -verify -queryfile "$asked" -in "$answer" -CAfile "$certificates"
cp "$answer" "$folder/$hash.tsr"
