#!/bin/sh
# The calls of the vendor's page "Creating a PDU handler", for one archive beside this script. It
# needs curl, and no Python.
#   sh register.sh NAME new    logs in, registers the handler, uploads its archive, prints the id
#   sh register.sh NAME ID     logs in, and uploads the archive to the handler with this id
# It decides nothing: with `new`, a handler that DCImanager has is registered again. `pdu register`
# looks at DCImanager's list first. It asks for what the environment does not say: DCI_URL
# (https://dci.example.com), DCI_EMAIL (an administrator), DCI_PASSWORD or DCI_PASSWORD_FILE.
# CURL_CA_BUNDLE=FILE is the authority of DCImanager's certificate; DCI_INSECURE=1 accepts any: then
# others can listen. It stops at the first error, with the exit code 1.
#
# The password and the token are in the memory of this shell and in its pipes to curl. They are in
# no file, no argument and no environment of a program it starts: printf is a part of the shell.
set -eu +ax # neither exported nor traced, whatever the caller's shell was set to
trap '' PIPE # an output that nobody reads any more ends no upload
# exported variables of these names would hand ours to programs
unset password token reply answer told typed words
password=${DCI_PASSWORD:-}
unset DCI_PASSWORD CDPATH
secret_file=${DCI_PASSWORD_FILE:-}
insecure=''
API=/api/eservice/v3/custom_equipment
head_end=$(printf '\r\n\r\n.') # the end of an answer's headers; the dot keeps its line break

stop() { printf 'register.sh: %s\n' "$1" >&2 && exit 1; }
say() { printf '%s\n' "$1" 2>/dev/null || :; }

ask() { # WHAT [secret]: prints what was typed
    (: >/dev/tty) 2>/dev/null || stop "$1: not set, and there is no terminal"
    if [ "${2:-}" = secret ]; then
        trap 'stty echo </dev/tty; echo >/dev/tty' EXIT
        trap 'exit 130' HUP INT TERM
        stty -echo </dev/tty
    fi
    printf '%s: ' "$1" >/dev/tty
    IFS='' read -r typed </dev/tty && printf '%s' "$typed"
}

# ---- calls ---------------------------------------------------------------------------------------
post() { # PATH SECONDS [OPTION...]: prints headers, an empty line, the body, a blank, the status
    url=$DCI_URL$1
    seconds=$2
    shift 2
    curl -q --silent --show-error --include --suppress-connect-headers --proto '=https' --tlsv1.2 \
        --globoff ${insecure:+--insecure} --connect-timeout 10 --max-time "$seconds" \
        --max-filesize 1000000 --write-out ' %{http_code}' -H 'isp-box-instance: true' \
        -H 'Accept: application/json' -H 'Expect:' -X POST "$@" "$url"
}

take_apart() { # sets $status and $answer; to curl, an answer that ends within its headers is whole
    status=${reply##* }
    answer=${reply% *}
    case $answer in *"${head_end%.}"*) answer=${answer#*"${head_end%.}"} ;; *) return 1 ;; esac
}

json() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; } # for the inside of a JSON text

log_in() { # the body is curl's standard input
    reply=$(printf '{"email": "%s", "password": "%s"}' \
        "$(json "$DCI_EMAIL")" "$(json "$password")" |
        post /api/auth/v4/public/token 60 -H 'Content-Type: application/json' --data-binary @-) &&
        take_apart
}

call() { # PATH SECONDS [OPTION...]: the token is curl's standard input, a line of options
    reply=$(printf 'header = "x-xsrf-token: %s"\n' "$token" | post "$@" -K -) && take_apart
}

is_success() { # 2xx, with nothing or an object that says nothing of an error
    told=$(printf '%s' "$answer" | tr -d ' \t\r\n' | sed 's/"errors*":\(null\)*\(\[\]\)*[,}]//g')
    case $status,$told in
        2??,*'"error":'* | 2??,*'"errors":'* | 2??,*'"success":false'*) return 1 ;;
        2??, | 2??,'{'*) return 0 ;;
        *) return 1 ;;
    esac
}

fail() { # WHAT: stops with the server's words, unless they may hold the token in any form
    # without control characters, nor those of UTF-8
    words=$(printf '%s' "$answer" | LC_ALL=C tr -c '\040-\176\200-\377' ' ' |
        LC_ALL=C sed "$(printf 's/\302[\200-\237]/ /g')" | cut -c 1-500)
    case $(printf '%s' "$answer" | tr -d '\134') in
        *"$token"* | *u00[2-7][0-9a-fA-F]* | *%[0-9a-fA-F]* | *'&'*)
            words='(the words are not shown: they may hold the token)' ;;
    esac
    stop "$1: HTTP $status $words"
}

# ---- the arguments and the environment -----------------------------------------------------------
id=''
[ $# -ne 2 ] || id=$2
case $id in
    new) ;;
    '' | *[!0-9]*)
        echo 'usage: sh register.sh NAME new    registers the handler and uploads its archive
       sh register.sh NAME ID     uploads the archive to the handler with this id' >&2
        exit 2
        ;;
esac
while IFS='|' read -r handler archive import body <&3; do # BODY: of the call that registers it
    case $handler in "$1" | "pdu_$1") break ;; esac
    handler=''
done 3<<'END'
@HANDLERS@
END
[ -n "$handler" ] || stop "there is no handler $1 here"
[ "$(command -v printf)" = printf ] ||
    stop 'this shell has no printf of its own: use dash, bash or busybox'
command -v curl >/dev/null || stop 'curl is not installed'
DCI_URL=${DCI_URL:-$(ask 'URL of DCImanager')}
DCI_URL=$(printf '%s' "$DCI_URL" | tr '[:upper:]' '[:lower:]' | sed 's|/$||')
case $DCI_URL in
    *[!][A-Za-z0-9.:/_-]* | https://*/*) stop 'DCI_URL has more than a server' ;;
    https://?*) ;;
    *) stop 'DCI_URL begins with https://' ;;
esac
DCI_EMAIL=${DCI_EMAIL:-$(ask 'E-mail of an administrator')}
case ${DCI_INSECURE:-0} in
    1 | yes) insecure=yes && say "the certificate of $DCI_URL is not checked: others can listen" ;;
esac
if [ -n "$secret_file" ]; then
    # what group or others may change, others may read, or somebody else owns
    shared=$(find -L "$secret_file" -prune -type f '(' -perm -020 -o -perm -002 -o -perm -004 -o \
        ! -user 0 ! -user "$(id -u)" ')') || stop "$secret_file cannot be read"
    [ -z "$shared" ] ||
        stop "$shared: users other than its owner can read or change it, and it may contain a\
 secret; chmod g-w,o-rw '$shared', or chown"
    IFS='' read -r password <"$secret_file" || :
    password=${password%"$(printf '\r')"}
elif [ -z "$password" ]; then
    password=$(ask "Password of $DCI_EMAIL at $DCI_URL" secret)
fi
case $password,$DCI_EMAIL in
    ,* | *[[:cntrl:]]*) stop 'no password, or one with control characters' ;;
esac
case ${CURL_CA_BUNDLE:-/} in
    /*) ;;
    *) export CURL_CA_BUNDLE="$PWD/$CURL_CA_BUNDLE" ;;
esac
cd "$(dirname "$0")"
[ -r "$archive" ] || stop "$archive cannot be read"

# ---- the run -------------------------------------------------------------------------------------
log_in || stop 'the login failed'
is_success || stop "the login of $DCI_EMAIL failed: HTTP $status"
token=$(printf '%s' "$answer" | tr -d '\r\n' |
    sed -n 's/.*"token" *: *"\([A-Za-z0-9._~+/=:-]*\)".*/\1/p')
[ -n "$token" ] || stop 'the login was answered without a token: is this a DCImanager?'
say "logged in to $DCI_URL"
if [ "$id" = new ]; then
    unclear="it is not known whether $handler was registered: look for it in DCImanager, and if it\
 is there, give its id: sh register.sh $1 ID"
    call "$API" 60 -H 'Content-Type: application/json' --data-binary "$body" || stop "$unclear"
    case $status in 4?? | 503) fail "$handler was not registered" ;; esac
    is_success || fail "$unclear"
    id=$(printf '%s' "$answer" | tr -d ' \t\r\n' |
        sed -n '/"id".*"id"/d; s/.*"id":"*\([0-9]\{1,18\}\)"*[,}].*/\1/p')
    [ -n "$id" ] || fail "$unclear"
    say "$handler: registered with the id $id"
fi
call "$API/$id/content" 300 -F "data=@$archive" -F "handler_import=$import" ||
    stop "$handler (id $id): the upload failed"
is_success || fail "$handler (id $id): the upload failed"
say "$handler: $archive was uploaded, import path $import, id $id"
