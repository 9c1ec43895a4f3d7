#!/bin/sh
# Registers the PDU handlers beside this script with DCImanager 6, or uploads a new version of them,
# by the calls of the vendor's page "Creating a PDU handler". It needs curl, and no Python.
#   sh register.sh              every handler that is listed below, but those of others
#   sh register.sh NAME         only this one
#   sh register.sh NAME ID      the upload alone, to the handler that has this id in DCImanager
# It asks for what the environment does not say: DCI_URL (https://dci.example.com), DCI_EMAIL (an
# administrator), DCI_PASSWORD or DCI_PASSWORD_FILE. CURL_CA_BUNDLE=FILE is the authority of
# DCImanager's certificate; DCI_INSECURE=1 accepts any: then others can listen. It stops at the
# first error, with the exit code 1. `pdu register` does more: a dry run, a trial, archives of
# others, pages of a list.
#
# The password and the token are in the memory of this shell and in its pipes to curl. They are in
# no file, no argument and no environment of a program it starts: printf is a part of the shell.
set -eu +ax # neither exported nor traced, whatever the caller's shell was set to
unset password token reply answer # exported variables of these names would hand ours to programs
password=${DCI_PASSWORD:-}
secret_file=${DCI_PASSWORD_FILE:-/dev/null}
unset DCI_PASSWORD CDPATH
token=''
answer=''
insecure=''
id=''
API=/api/eservice/v3/custom_equipment
head_end=$(printf '\r\n\r\n.') # the end of an answer's headers; the dot keeps its line break
handlers() { # NAME|ARCHIVE|IMPORT PATH|by name: if named alone|BODY of the call that registers it
    cat <<'END'
@HANDLERS@
END
}

stop() { printf 'register.sh: %s\n' "$1" >&2 && exit 1; }
# ---- calls: each sets $status and $answer --------------------------------------------------------
# METHOD PATH SECONDS [OPTION...]: prints headers, an empty line, the body, a blank, the status
run_curl() {
    method=$1
    url=$DCI_URL$2
    seconds=$3
    shift 3
    curl -q --silent --show-error --include --suppress-connect-headers --proto '=https' --tlsv1.2 \
        --globoff ${insecure:+--insecure} --connect-timeout 10 --max-time "$seconds" \
        --max-filesize 1000000 --write-out ' %{http_code}' -H 'isp-box-instance: true' \
        -H 'Accept: application/json' -H 'Expect:' -X "$method" "$@" "$url"
}

take_apart() { # the reply of run_curl, in which half an answer would look like an empty one
    status=${reply##* }
    answer=${reply% *}
    case $answer in
        *"${head_end%.}"*) answer=${answer#*"${head_end%.}"} ;;
        *) return 1 ;;
    esac
}

json() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; } # for the inside of a JSON text

log_in() { # the body is curl's standard input
    reply=$(printf '{"email": "%s", "password": "%s"}' \
        "$(json "$DCI_EMAIL")" "$(json "$password")" |
        run_curl POST /api/auth/v4/public/token 60 \
            -H 'Content-Type: application/json' --data-binary @-) &&
        take_apart
}

call() { # METHOD PATH SECONDS [OPTION...]: the token is curl's standard input, a line of options
    reply=$(printf 'header = "x-xsrf-token: %s"\n' "$token" | run_curl "$@" -K -) && take_apart
}

is_success() { # 2xx, with nothing or an object that says nothing of an error
    told=$(printf '%s' "$answer" | tr -d ' \t\r\n' |
        sed 's/"errors*":\(null\)*\(\[\]\)*[,}]//g')
    case $status,$told in
        2??,*'"error":'* | 2??,*'"errors":'* | 2??,*'"success":false'*) return 1 ;;
        2??, | 2??,'{'*) return 0 ;;
        *) return 1 ;;
    esac
}

fail() { # WHAT: stops with the server's words, unless they may hold the password or the token
    # without control characters, nor those of UTF-8
    words=$(printf '%s' "$answer" | LC_ALL=C tr -c '\040-\176\200-\377' ' ' |
        LC_ALL=C sed "$(printf 's/\302[\200-\237]/ /g')" | cut -c 1-500)
    case $(printf '%s' "$answer" | tr -d '\134'),$token in
        *"$(printf '%s' "$password" | tr -d '\134')"*,* | *"${token:-$password}"*,* | \
            *'"token"'*, | \
            *u[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]*, | *%[0-9a-fA-F][0-9a-fA-F]*, | *'&'*,)
            words='(the words are not shown: they may hold the password or the token)' ;;
    esac
    stop "$1: HTTP $status $words"
}

number() { # prints the only "id" of an answer
    case $answer in *'"id"'*'"id"'*) return ;; esac
    printf '%s' "$answer" | tr -d ' \t\r\n' | sed -n 's/.*"id":"*\([0-9]\{1,18\}\)"*[,}].*/\1/p'
}

# ---- ids, in lines "URL HANDLER ID" beside this script: the last counts, ? is not known ----------
remember() { printf '%s\n' "$DCI_URL $1 $2" >>register.ids; } # HANDLER ID

remembered_id() { # HANDLER
    [ -f register.ids ] || return 0
    awk -v url="$DCI_URL" -v handler="$1" '
        { sub(":443$", "", $1) }
        tolower($1) == url && $2 == handler { id = $3 }
        END { print id }
    ' register.ids
}

read_list() { # HANDLER: sets $listed: yes, no, or "" if this DCImanager has no such list
    advice="find it in DCImanager, and give its id: sh register.sh ${1#pdu_} ID"
    listed=''
    call GET "$API" 60 || stop 'the list of handlers was not read'
    case $status,$answer in 404,* | 405,* | 501,*) return ;; esac
    is_success || fail 'the list of handlers was not read'
    rows=$(printf '%s' "$answer" | tr '{' '\n' | grep -c '"handler"' || :)
    total=$(printf '%s' "$answer" | tr -d ' "\r\n' |
        sed -nE 's/.*(count|size|total):([0-9]+).*/\2/p')
    case $answer in
        *"\"$1\""*) listed=yes ;;
        *\[*) listed=no ;;
        *) total=none ;;
    esac
    [ "${total:-$rows}" = "$rows" ] || stop "DCImanager shows no list, or one page of it: $advice"
}

# HANDLER BODY: sets $id. Never again unless a list lacks it: DCImanager may have it, and the answer
# be lost.
create() {
    read_list "$1"
    [ "$listed" != yes ] || stop "DCImanager lists $1 already: $advice"
    [ "$id,$listed" != '?,' ] || stop "it is not known whether $1 was registered: $advice"
    remember "$1" '?'
    call POST "$API" 60 -H 'Content-Type: application/json' --data-binary "$2" ||
        stop "it is not known whether $1 was registered: $advice"
    id=$(number)
    case $status in
        4?? | 503) remember "$1" - && fail "$1 was not registered" ;;
    esac
    if ! is_success || [ -z "$id" ]; then
        fail "it is not known whether $1 was registered: $advice"
    fi
    remember "$1" "$id"
    printf '%s\n' "$1: registered with the id $id"
}

upload() { # HANDLER ARCHIVE IMPORT_PATH BODY
    [ -r "$2" ] || stop "$2 cannot be read"
    id=${given_id:-$(remembered_id "$1")}
    case $id in
        '' | - | '?') create "$1" "$4" ;;
        "$given_id") ;;
        *)
            read_list "$1"
            [ "$listed" != no ] || stop "the id $id of $1 in register.ids is not in DCImanager"
            ;;
    esac
    call POST "$API/$id/content" 300 -F "data=@$2" -F "handler_import=$3" ||
        stop "$1 (id $id): the upload failed"
    is_success || fail "$1 (id $id): the upload failed"
    [ -z "$given_id" ] || remember "$1" "$id"
    printf '%s\n' "$1: $2 was uploaded, import path $3, id $id"
}

ask() { # WHAT: prints what was typed
    printf '%s: ' "$1" >/dev/tty
    IFS='' read -r typed </dev/tty && printf '%s' "$typed"
}

# ---- the arguments and the environment -----------------------------------------------------------
name=${1:-}
given_id=${2:-}
case $given_id,$name in
    *[!0-9]*,* | ?*, | *,*[!a-z0-9_]*) stop 'usage: sh register.sh [NAME [ID]]' ;;
esac
[ -z "$name" ] || handlers | grep -qE "^(pdu_)?$name\|" || stop "there is no handler $name here"
[ "$(command -v printf)" = printf ] ||
    stop 'this shell has no printf of its own: use dash, bash or busybox'
DCI_URL=${DCI_URL:-$(ask 'URL of DCImanager')} || :
DCI_URL=$(printf '%s' "$DCI_URL" | tr '[:upper:]' '[:lower:]' | sed 's|/$||; s|:443$||')
case $DCI_URL in
    *[!][A-Za-z0-9.:/_-]* | https://*/*) stop 'DCI_URL has more than a server' ;;
    https://?*) ;;
    *) stop 'DCI_URL begins with https://' ;;
esac
DCI_EMAIL=${DCI_EMAIL:-$(ask 'E-mail of an administrator')}
case ${DCI_INSECURE:-0} in 1 | yes) insecure=yes ;; esac
# what group or others may change, others may read, or somebody else owns
shared=$(find -L "$secret_file" -prune -type f '(' -perm -020 -o -perm -002 -o -perm -004 -o \
    ! -user 0 ! -user "$(id -u)" ')') ||
    stop "$secret_file cannot be read"
[ -z "$shared" ] ||
    stop "$shared: users other than its owner can read or change it, and it may contain a secret;\
 chmod g-w,o-rw '$shared', or chown"
[ "$secret_file" = /dev/null ] || IFS='' read -r password <"$secret_file" || :
if [ -z "$password" ]; then
    trap 'stty echo </dev/tty' EXIT
    trap 'exit 130' HUP INT TERM
    stty -echo </dev/tty
    password=$(ask "Password of $DCI_EMAIL") || :
    stty echo </dev/tty
    echo >/dev/tty
fi
case $password,$DCI_EMAIL in
    ,* | *[[:cntrl:]]*) stop 'no password, or one with control characters' ;;
esac
case ${CURL_CA_BUNDLE:-/} in
    /*) ;;
    *) export CURL_CA_BUNDLE="$PWD/$CURL_CA_BUNDLE" ;;
esac
cd "$(dirname "$0")"

# ---- the run -------------------------------------------------------------------------------------
log_in || stop 'the login failed'
is_success || fail "the login of $DCI_EMAIL failed"
token=$(printf '%s' "$answer" | tr -d '\r\n' |
    sed -n 's/.*"token" *: *"\([A-Za-z0-9._~+/=:-]*\)".*/\1/p')
[ -n "$token" ] || stop 'the login was answered without a token: is this a DCImanager?'
while IFS='|' read -r handler archive import by_name body <&3; do
    case $name,$by_name in
        "${handler#pdu_}",* | "$handler",* | ,) upload "$handler" "$archive" "$import" "$body" ;;
    esac
done 3<<END
$(handlers)
END
[ -n "$id" ] || stop 'handlers of others alone: name the one to register'
