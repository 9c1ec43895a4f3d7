#!/bin/sh
# Registers the PDU handler pack with DCImanager 6, or uploads a new version of it. packaging/build.py
# writes this file, with the version and the handlers. It needs curl, and Python 3.9 for JSON and archives.
#
# The password and the token are no argument of a program and in no environment: curl reads them from
# files in $work, a folder that only this user can read. It is removed when the script ends.
set -eu
umask 077
unset password token # variables of these names in the caller's environment would hand ours to programs
password=${DCI_PASSWORD:-}
unset DCI_PASSWORD CDPATH # no program that is started needs the one; the other changes what cd prints
VERSION='@VERSION@'
# name|name shown in DCImanager|protocol
HANDLERS='@HANDLERS@'
BUILT='@BUILT@' # those whose archives lay beside this script when it was built
API=/api/eservice/v3/custom_equipment

# ---- the calls of DCImanager's page "Creating a PDU handler" ---------------------------------------
# `call` adds the address, the header isp-box-instance: true and, once there is one, the token.

request_token() { # login.json: {"email": "...", "password": "..."}; answer: {"token": "..."}
    call POST /api/auth/v4/public/token 60 \
        -H 'Content-Type: application/json' --data-binary @login.json
}

create_description() { # create.json: see `description` below; answer: {"id": 1}
    call POST "$API" 60 \
        -H 'Content-Type: application/json' --data-binary @create.json
}

upload_content() { # ID ARCHIVE IMPORT_PATH: also for a new version
    call POST "$API/$1/content" 300 \
        -F "data=@$2" -F "handler_import=$3"
}

list_handlers() { # not on the page; where there is no such call, the script relies on the ids that it remembers
    call GET "$API" 60
}

# ---- help ------------------------------------------------------------------------------------------

show_help() {
    cat <<'END'
register.sh [options] [NAME ...]     register handlers with DCImanager, or upload a new version of them

Without a NAME or --archive: every handler that was built with this script.
  --archive FILE   upload this archive: an older one to roll back, or a handler of your own, with --protocol
                   or a PROTOCOL in its about.py
  --import PATH    its import path, such as handler_dir.my_handler (default: its one file with make_handler)
  --name TEXT      its name in DCImanager's interface, when it is registered for the first time (default: the
                   SHOWN in its about.py, or the name of its directory)
  --protocol WORD  snmp, or custom: DCImanager's form then asks for SNMP, or for handler settings
  --try            register and upload under a second name, NAME_try, beside the handler that is in use
  --id ID          upload to the handler that is registered under this id, or --id new: register it without
                   a look at the list of handlers; needs one NAME or --archive
  --dry-run        show the calls and send nothing
  --help           this text

Environment (the script asks on a terminal for a URL, e-mail or password that is not set):
  DCI_URL             https://dci.example.com
  DCI_EMAIL           an administrator of DCImanager
  DCI_PASSWORD        the password, or
  DCI_PASSWORD_FILE   a file with the password in its first line, which others cannot read
  DCI_INSECURE=1      accept any certificate (then others can listen); better: CURL_CA_BUNDLE=/path/to/ca.pem
  DCI_IDS             file that remembers the ids by server (default: register.ids beside this script)
  DCI_PAUSE           first pause in whole seconds (0 to 999) when the server is not ready (503) or refuses
                      the connection, doubled each time, six tries in all (default 1)

Exit codes:
  0 done    1 refused, or the server's answer is an error or not DCImanager's
  2 wrong use, or a setting, program or folder is missing or wrong    3 login or rights
  4 server not reached or not ready, no complete answer, or its certificate not trusted
  5 not known whether a handler was registered
  6 an archive is missing, damaged or cannot be uploaded as it is; nothing was sent
  129, 130, 131, 141, 143 interrupted
END
}

# ---- JSON and archives, in Python ------------------------------------------------------------------

# json VERB WORD...: makes a body, or reads the files `answer` and `status` of the last call.
JSON='
import json, re, sys

COUNTS = ("count", "size", "total", "total_count")  # of a list whose answer may be one page of several

verb, words = sys.argv[1], sys.argv[2:]

def plain(value):  # one line without control characters and marks that change the direction of text
    text = re.sub("[\0-\x1f\x7f]", "", str(value))
    return re.sub("[\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", "?", text)

def write(text):
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.flush()
    except (OSError, AttributeError) as error:  # full or closed: that ends no registration
        sys.stdout = None
        sys.exit(141 if isinstance(error, BrokenPipeError) else 0)

def body(**members):
    return json.dumps(members, ensure_ascii=False)

def login(email):
    password = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    return body(email=email, password=password)

def description(handler, protocol, shown):
    return body(device_type="pdu", handler=handler, name=shown, protocol=[protocol], features=[])

rows = []  # every object of the answer

def keep_row(row):
    rows.append(row)
    return row

def read_answer(text):
    try:
        return json.loads(text.decode("utf-8", "replace"), strict=False, object_hook=keep_row)
    except (ValueError, RecursionError):
        return None

def id_of(row):
    text = str(row.get("id")) if type(row.get("id")) in (str, int) else ""
    return text if re.fullmatch("[0-9]{1,19}", text) else ""

def state():
    if status[:1] == "2" and not error and (answer is not None or not content.strip()):
        return "success"
    # 502, 504: a gateway lost the answer
    is_refused = status[:1] == "4" or (error and status not in ("502", "503", "504"))
    return "refusal" if is_refused else "unclear"

def find(handler, remembered):
    if status in ("404", "405", "501"):
        return "unlisted"  # this DCImanager has no such call
    members = answer if isinstance(answer, dict) else {"list": answer}
    lists = [value for value in members.values() if isinstance(value, list)]
    if state() != "success" or not lists:
        return "unreadable"
    listed = [row for rows_of_list in lists for row in rows_of_list]
    own = [row for row in rows if row.get("handler") == handler]
    number = next((id_of(row) for row in own if id_of(row)), "")
    foreign = [row for row in own if row.get("device_type") in ("switch", "vpu")]
    if foreign:
        return "foreign {} {}".format(number, foreign[0]["device_type"])
    if number:
        return f"registered {number}"
    # "absent" is believed of a whole list alone, whose rows say their handler and id
    is_plain = all(isinstance(row, dict) and isinstance(row.get("handler"), str) and id_of(row) for row in listed)
    most = max([len(listed), *(members[name] for name in COUNTS if type(members.get(name)) is int)])
    if own or not is_plain or most > len(listed):
        return "unreadable"
    return "taken" if remembered and any(id_of(row) == remembered for row in listed) else "absent"

def reason():
    first = error[0] if isinstance(error, list) else error
    members = first if isinstance(first, dict) else {"msg": first if isinstance(first, str) else ""}
    # a longer text would not fit into an argument of a program
    texts = {name: plain(str(members[name])[:500]) for name in members if type(members[name]) in (str, int)}
    if texts.get("msg") or texts.get("code"):
        message = " \"{}\"".format(texts["msg"]) if texts.get("msg") else ""
        message += " (code {})".format(texts["code"]) if texts.get("code") else ""
        return "DCImanager answers" + message + (": " + texts["value"] if texts.get("value") else "")
    if status[:1] == "3":
        return f"HTTP {status}: open the address in a browser, and set DCI_URL to where it leads"
    return f"HTTP {status}" + (" without JSON, so not from DCImanager: check DCI_URL" if answer is None else "")

def token():
    text = answer.get("token") if isinstance(answer, dict) else None
    return text if isinstance(text, str) and re.fullmatch("[A-Za-z0-9._~+/=:-]+", text) else ""

content, status = b"", ""
if verb in ("state", "find", "reason", "token", "id"):
    content, status = open("answer", "rb").read(1_000_000), open("status").read()
answer = read_answer(content)
error = (answer.get("error") or answer.get("errors")) if isinstance(answer, dict) else None
write({
    "show": lambda *texts: " ".join(map(plain, texts)) + "\n",
    "login": login,
    "description": description,
    "state": state,
    "find": find,
    "reason": reason,
    "token": token,
    "id": lambda: id_of(answer) if isinstance(answer, dict) else "",
}[verb](*words))
'

# check_archive FILE TARGET TOP IMPORT SUFFIX: checks an archive and copies it to TARGET, with SUFFIX added
# to the name of its directory. TOP: the name that the directory must have, or nothing. Prints
# directory|import path|content|protocol|shown name, the last two from about.py, or the rest of a sentence:
# exit code 1 if the archive cannot be uploaded, 2 if it cannot be copied.
ARCHIVE='
import ast, gzip, hashlib, io, re, sys, tarfile, zlib

def refuse(text, code=1):
    print(text)
    sys.exit(code)

path, target, top_wanted, module, suffix = sys.argv[1:]
try:
    packed = open(path, "rb").read()
    with gzip.open(io.BytesIO(packed)) as unzipped:
        data = unzipped.read(50_000_001)
    tar = tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8")
    members = [(entry, tar.extractfile(entry).read() if entry.isfile() else b"") for entry in tar]
except (OSError, EOFError, tarfile.TarError, ValueError, zlib.error):
    refuse("is empty, damaged or cut short")
if len(data) > 50_000_000:
    refuse("is larger than 50 MB")
is_changed = bool(suffix)
for entry, _ in members:
    if entry.name.startswith("./"):  # of tar -czf NAME.tar.gz ./DIR
        entry.name, is_changed = entry.name[2:], True
text_by_path = {entry.name: text for entry, text in members}
top = next(iter(text_by_path), "").partition("/")[0]
for entry, _ in members:
    parts = entry.name.split("/")
    if parts[0] != top or {"", ".", ".."} & set(parts) or not (entry.isfile() or entry.isdir()):
        refuse("must hold one directory, and neither links nor other paths")
if f"{top}/__init__.py" not in text_by_path:
    refuse("is no handler: it must hold one directory with __init__.py")
if not re.fullmatch("[a-z][a-z0-9_]{0,60}", top) or top in ("common", "pdu_common", "handlers"):
    refuse("needs a directory of its own name, of lower-case letters, digits and _")
if top_wanted not in ("", top):
    refuse(f"holds {top} instead of {top_wanted}")
for name in text_by_path:
    if name.endswith(".py") and not re.fullmatch("[A-Za-z0-9_./]+", name):
        refuse("has a module whose name is not of letters, digits and _")
modules = {
    name[:-3].replace("/", "."): text for name, text in text_by_path.items() if name.endswith(".py")
}
handlers = [name for name, text in modules.items() if re.search(rb"(?m)^(def |from .*)?make_handler\b", text)]
handlers = [name for name in handlers if name.count(".") == 1] or handlers
if not module and len(handlers) == 1:
    module = handlers[0]
if module not in modules or not handlers:
    listed = ", ".join(handlers) or "no file"
    refuse(f"has make_handler in {listed}: give the import path of one with --import")
for name, text in modules.items():
    if suffix and re.search(rb"(?m)^\s*(from|import)\s+%s\b" % top.encode(), text):
        refuse(f"imports its directory by name in {name}, so --try cannot rename it")
try:
    with open(target, "wb") as copy:
        if not is_changed:
            copy.write(packed)
        else:
            with tarfile.open(fileobj=copy, mode="w:gz", format=tarfile.PAX_FORMAT) as renamed:
                for entry, text in members:
                    entry.name = top + suffix + entry.name[len(top):]
                    renamed.addfile(entry, io.BytesIO(text) if entry.isfile() else None)
except OSError as failure:
    refuse(f"{target} cannot be written ({failure.strerror}): TMPDIR names another folder", 2)

def facts_of(text):  # SHOWN and PROTOCOL of an about.py
    for statement in ast.parse(text).body:
        names = [getattr(name, "id", "") for name in getattr(statement, "targets", ())]
        if names in (["SHOWN"], ["PROTOCOL"]):
            yield names[0], ast.literal_eval(statement.value)

try:
    facts = dict(facts_of(text_by_path.get(f"{top}/about.py", b"")))
    is_plain = all(isinstance(fact, str) and re.fullmatch(r"[^|\x00-\x1f\x7f]{1,200}", fact) for fact in facts.values())
except (SyntaxError, ValueError):
    is_plain = False
if not is_plain:
    refuse("has an about.py whose SHOWN or PROTOCOL is no text of one line without |")
version = re.match(rb"\"{3}PDU handler pack ([0-9a-z.]{1,40}): ", text_by_path[f"{top}/__init__.py"])
folder = next((match[1] for match in (re.match("[^/]+/(c[0-9a-f]{12})/", name) for name in text_by_path) if match), "")
content = f"{version[1].decode()}+{folder}" if version and folder else hashlib.sha256(packed).hexdigest()[:12]
print(top, top + suffix + module[len(top):], content, facts.get("PROTOCOL", ""), facts.get("SHOWN", top), sep="|")
'

json() { python3 -I -X utf8 -c "$JSON" "$@"; }
check_archive() { python3 -I -X utf8 -c "$ARCHIVE" "$@"; }

# ---- output and the end ----------------------------------------------------------------------------

say() { json show "$*" || [ $? != 141 ] || kill -PIPE $$; } # 141: nobody reads the output any more

stop() { # CODE SENTENCE
    code=$1
    shift
    json show "register.sh: $*" >&2 || :
    has_reason=yes
    exit "$code"
}

work='' curl_pid='' echo_is_off='' has_reason=''

clean_up() { # a command that failed without a reason could not write its file: set -e ended the script
    code=$?
    trap '' HUP INT QUIT PIPE TERM
    [ -z "$echo_is_off" ] || stty echo </dev/tty
    [ -z "$curl_pid" ] || kill "$curl_pid" 2>/dev/null || :
    [ -z "$work" ] || { cd / && rm -rf "$work"; }
    [ "$code" = 0 ] || [ -z "$work" ] || [ -n "$has_reason" ] ||
        stop 2 "the folder for temporary files, $work, cannot be written (is the disk full?): TMPDIR names another one"
}

interrupt() { # CODE
    trap '' HUP INT QUIT PIPE TERM
    printf '\nregister.sh: interrupted; run it again to continue\n' >&2 || :
    has_reason=yes
    exit "$1"
}

trap clean_up EXIT
trap 'interrupt 129' HUP
trap 'interrupt 130' INT
trap 'interrupt 131' QUIT
trap 'interrupt 141' PIPE
trap 'interrupt 143' TERM

# ---- calling DCImanager ----------------------------------------------------------------------------

call() { # METHOD PATH SECONDS [curl's options]: sets $curl, its exit code; the answer is in $work
    # Repeated only if the server is not ready (503) or cannot be connected to (7): then it has done nothing.
    method=$1 url=$DCI_URL$2 seconds=$3 pause=$DCI_PAUSE
    shift 3
    for try in 1 2 3 4 5 6; do
        curl_once "$@"
        case $curl,$(cat status) in
            7,*) state='refuses the connection or cannot be reached' ;;
            0,503) state='is not ready (503)' ;;
            *) return 0 ;;
        esac
        [ "$try" -lt 6 ] || return 0
        say "  $DCI_URL $state; trying again in $pause s"
        sleep "$pause"
        pause=$((pause * 2))
    done
}

curl_once() { # [curl's options]
    curl=0
    : >answer # an earlier answer must not be taken for this one's
    : >headers
    curl -q -K options -X "$method" --max-time "$seconds" "$@" "$url" >status 2>message &
    curl_pid=$!
    wait "$curl_pid" || curl=$?
    curl_pid=''
    # curl takes the end of a connection for the end of the headers: the answer would look empty
    if [ "$curl" = 0 ] && [ -n "$(tail -n 1 headers | tr -d '\r')" ]; then
        curl=52
        echo 'the answer ended within its headers' >message
    fi
}

is_success() { [ "$curl" = 0 ] && [ "$(json state)" = success ]; }
is_refused() { [ "$curl" = 0 ] && [ "$(json state)" = refusal ]; }
was_never_sent() {
    case $curl,$(cat status) in
        5,* | 6,* | 7,* | 35,* | 51,* | 60,* | 77,* | 97,* | 0,503) ;;
        *) return 1 ;;
    esac
}

proxy_hint() { # what to check besides, if the environment names a proxy; it is shown without its login
    proxy=${https_proxy:-${HTTPS_PROXY:-${all_proxy:-${ALL_PROXY:-}}}}
    proxy=${proxy##*://}
    [ -z "$proxy" ] || printf '; if it is reached through the proxy %s (variable https_proxy or all_proxy), check that too, or name the server in no_proxy' \
        "${proxy##*@}"
}

stop_failed() { # WHAT: ends with the reason of the last call
    case $curl in
        0) why=$(json reason) ;;
        6) why="the name in DCI_URL ($DCI_URL) cannot be resolved: check it" ;;
        7) why="$DCI_URL refuses the connection or cannot be reached: check DCI_URL, the network and whether DCImanager runs" ;;
        28) why="$DCI_URL did not answer in time" ;;
        35) why="the TLS handshake with $DCI_URL failed: check its address and port" ;;
        51 | 60) why="the certificate of $DCI_URL is not trusted: check its name and dates, give its authority in CURL_CA_BUNDLE=/path/to/ca.pem, or set DCI_INSECURE=1 to accept any certificate" ;;
        77) why='curl cannot read its file of certificate authorities: set CURL_CA_BUNDLE to a readable PEM file' ;;
        *) why="the connection to $DCI_URL failed ($(head -n 1 message))" ;;
    esac
    [ "$curl" = 0 ] || stop 4 "$1: $why$(proxy_hint)"
    case $(cat status),$why in
        401,* | 403,* | *'(code 3005)'*)
            stop 3 "$1: $why; the login has expired or the account lacks the right: run again, as an administrator" ;;
        503,*) stop 4 "$1: $DCI_URL is still not ready (503); try again later" ;;
    esac
    stop 1 "$1: $why"
}

log_in() { # the password is in $password
    printf '%s' "$password" | json login "$DCI_EMAIL" >login.json # printf is part of the shell: no process has it
    request_token
    rm login.json
    is_success || stop_login
    token=$(json token)
    [ -n "$token" ] || stop 1 "the login was answered without a usable token: is DCI_URL ($DCI_URL) a DCImanager?"
    printf 'header = "x-xsrf-token: %s"\n' "$token" >>options
    say "Logged in to $DCI_URL as $DCI_EMAIL."
}

stop_login() {
    is_refused || stop_failed 'the login failed'
    why=$(json reason)
    case $(cat status),${DCI_URL#https://},$why in
        404,* | 405,* | *,*/*,*) ;;
        *,'DCImanager answers "'*)
            stop 3 "the login of $DCI_EMAIL was refused: $why; check DCI_EMAIL and the password, which $password_source" ;;
    esac
    stop 1 "the login failed: HTTP $(cat status), and not from a login of DCImanager: give its address in DCI_URL ($DCI_URL), without a path"
}

# ---- ids that this script remembers ----------------------------------------------------------------
# Lines "URL HANDLER ID CONTENT"; ID is ? while it is not known whether the create call was carried out;
# CONTENT is the archive that this script uploaded last.

remembered_id() {
    [ -f "$ids" ] || return 0
    awk -v url="$DCI_URL" -v handler="$handler" \
        '$1 == url && $2 == handler { id = $3 } END { if (id ~ /^([0-9]+|\?)$/) print id }' \
        <"$ids" 2>/dev/null ||
        stop 2 "the file $ids, which remembers ids, cannot be read: set DCI_IDS to another file"
}

remembered_content() { # of $id
    [ ! -f "$ids" ] || awk -v url="$DCI_URL" -v handler="$handler" -v id="$id" \
        '$1 == url && $2 == handler && $3 == id { content = $4 } END { print content }' <"$ids" 2>/dev/null
}

remember_id() { # ID [CONTENT], or nothing to forget it; fails if the file cannot be written
    {
        {
            [ ! -f "$ids" ] || awk -v url="$DCI_URL" -v handler="$handler" \
                '$1 != url || $2 != handler' <"$ids"
            [ -z "$1" ] || printf '%s\n' "$DCI_URL $handler $*"
        } >"$ids.$$" && mv "$ids.$$" "$ids"
    } 2>/dev/null || { rm -f "$ids.$$" && return 1; }
}

# ---- one handler: its internal name is in $handler -------------------------------------------------

find_or_create() { # sets $id
    id=$given_id
    case $id in new) create ;; esac
    if [ -n "$id" ]; then return; fi
    list_handlers
    id=$(remembered_id) || { has_reason=yes && exit 2; }
    listed=unreadable
    [ "$curl" != 0 ] || listed=$(json find "$handler" "$id")
    look="look for $handler in DCImanager's list of handlers; if it is there, run again with --id ID, else with --id new"
    case $listed,$id in
        'foreign '*)
            # shellcheck disable=SC2086 # two words: an id and a type
            set -- ${listed%,*}
            stop 1 "DCImanager has another handler named $handler (id $2), for devices of the type $3: its archive would be replaced; remove that handler in DCImanager first" ;;
        'registered '*)
            id=${listed#* }
            [ -z "$own_name" ] || say "$handler: is registered, and keeps its name in DCImanager: --name is for a new handler" ;;
        unreadable,*)
            is_success || stop_failed "the list of handlers cannot be read ($look)"
            stop 5 "the answer with the list of handlers is no whole list with names and ids: $look" ;;
        'unlisted,?')
            stop 5 "an earlier run could not find out whether $handler was registered: $look" ;;
        unlisted,[0-9]* | absent,[0-9]*) ;; # the remembered one
        *) create ;;
    esac
}

create() { # sets $id. Never repeated after an answer that is not clear: that could register it twice
    remember_id '?' || stop 2 "the file $ids, which remembers ids, cannot be written: set DCI_IDS to another file"
    json description "$handler" "$protocol" "$shown" >create.json
    create_description
    id=''
    ! is_success || id=$(json id)
    if [ -n "$id" ]; then
        remember_id "$id" || say "  (the id could not be written to $ids)"
        say "$handler: registered as \"$shown\" with id $id."
        return
    fi
    if is_refused || was_never_sent; then
        remember_id '' || :
        stop_failed "$handler was not registered (if DCImanager has it already, give its id with --id)"
    fi
    why="curl: $(head -n 1 message)"
    [ "$curl" != 0 ] || why=$(json reason)
    stop 5 "it is not known whether $handler was registered ($why): run again to look it up, or find its id in DCImanager and give it with --id ID"
}

upload() {
    before=$(remembered_content)
    upload_content "$id" "$handler.tar.gz" "$import"
    advice="if the handler was removed in DCImanager, delete its line in $ids"
    [ -z "$given_id" ] || advice='is this its id in DCImanager?'
    is_success || stop_failed "$handler (id $id): the upload failed ($advice)"
    remember_id "$id" "$content" || say "  (the id could not be written to $ids)"
    say "$handler: archive uploaded, $content${before:+ (before: $before)}, import path $import, id $id."
}

for_shell() { json show "$1" | sed "s/'/'\\\\''/g"; } # for the inside of single quotes

line() { printf '%s\n' "$*" 2>/dev/null || :; } # of words that are shown already, or have plain characters alone

show_calls() { # what `find_or_create` and `upload` would send
    file=$(json show "$(cat "$handler.path")" | sed 's/[\\"]/\\&/g')
    id=${given_id:-$(remembered_id)} || { has_reason=yes && exit 2; }
    [ "$id" != new ] || id=''
    headers='-H "isp-box-instance: true" -H "x-xsrf-token: <token>"'
    line
    if [ -z "${id#'?'}" ]; then
        id='<id>'
        line "$handler: if no handler in DCImanager has this internal name:"
        line "curl -X POST \"$DCI_URL$API\" \\"
        line "    $headers -H \"Content-Type: application/json\" \\"
        line "    -d '$(for_shell "$(json description "$handler" "$protocol" "$shown")")'"
    else
        line "$handler: known under id $id"
    fi
    line "curl -X POST \"$DCI_URL$API/$id/content\" \\"
    line "    $headers \\"
    line "    -F 'data=@\"$(for_shell "$file")\"' -F \"handler_import=$import\""
    [ -z "$suffix" ] || line "  (with the directory in the archive renamed: $import)"
}

# ---- settings --------------------------------------------------------------------------------------

absolute() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac; }

ask() { # NAME QUESTION: sets $reply to what a person types
    { printf '%s: ' "$2" >/dev/tty; } 2>/dev/null ||
        stop 2 "$1 is not set and there is no terminal to ask on: see --help"
    IFS=' 	' read -r reply </dev/tty || : # without the blanks around a URL that was pasted
    [ -n "$reply" ] || stop 2 "$1 is needed: see --help"
}

read_password() { # sets $password, and $password_source for errors
    password_source='is from DCI_PASSWORD'
    if [ -n "$password" ]; then return; fi
    if [ -n "${DCI_PASSWORD_FILE:-}" ]; then
        file=$(absolute "$DCI_PASSWORD_FILE")
        # as secret_files.py of the command: root's and the user's own files, pipes pass
        [ -z "$(find -L "$file" -prune -type f \( -perm -020 -o -perm -004 -o -perm -002 \) 2>/dev/null)" ] ||
            stop 2 "others can read or change DCI_PASSWORD_FILE: chmod g-w,o-rw '$file'"
        [ -z "$(find -L "$file" -prune -type f ! -user "$(id -u)" ! -user 0 2>/dev/null)" ] ||
            stop 2 "DCI_PASSWORD_FILE ($file) belongs to another user, who can change it: make it yours with chown"
        byte_order_mark=$(printf '\357\273\277')
        password=$(head -n 1 2>/dev/null <"$DCI_PASSWORD_FILE") ||
            stop 2 "DCI_PASSWORD_FILE ($DCI_PASSWORD_FILE) cannot be read"
        password=${password#"$byte_order_mark"}
        password=${password%"$(printf '\r')"}
        password_source="is from DCI_PASSWORD_FILE ($DCI_PASSWORD_FILE)"
        [ -n "$password" ] || stop 2 "the first line of DCI_PASSWORD_FILE ($DCI_PASSWORD_FILE) is empty"
        return
    fi
    echo_is_off=yes
    { stty -echo </dev/tty; } 2>/dev/null || {
        echo_is_off=''
        stop 2 'DCI_PASSWORD (or DCI_PASSWORD_FILE) is not set and there is no terminal to ask on: see --help'
    }
    { printf '%s: ' "Password of $DCI_EMAIL" && IFS='' read -r password; } <>/dev/tty 1>&0 || :
    stty echo </dev/tty
    echo_is_off=''
    [ -n "$password" ] || stop 2 'DCI_PASSWORD is needed: see --help'
    password_source='was typed'
}

read_url() { # sets $DCI_URL
    DCI_URL=${DCI_URL:-}
    if [ -z "$DCI_URL" ] && [ -n "$is_dry" ]; then
        DCI_URL='<DCI_URL>'
        return
    fi
    [ -n "$DCI_URL" ] || { ask DCI_URL 'URL of DCImanager (https://…)' && DCI_URL=$reply; }
    while [ "$DCI_URL" != "${DCI_URL%/}" ]; do DCI_URL=${DCI_URL%/}; done
    case $DCI_URL in # no user:password@ either: the address is shown
        https://*[!][A-Za-z0-9.:/_~%-]*) stop 2 'DCI_URL has characters that the address of a server cannot have' ;;
        https://[][A-Za-z0-9]*) ;;
        *) stop 2 'DCI_URL must begin with https:// and name a server (the password is sent there)' ;;
    esac
}

write_curl_options() {
    cat >options <<'END'
proto = "=https"
tlsv1.2
silent
show-error
globoff
connect-timeout = 10
max-filesize = 1000000
output = "answer"
dump-header = "headers"
write-out = "%{http_code}"
header = "isp-box-instance: true"
header = "Accept: application/json"
header = "Expect:"
END
    case ${DCI_INSECURE:-0} in 1 | yes) echo insecure >>options ;; esac
}

row_of() { printf '%s\n' "$HANDLERS" | grep "^$1|"; } # name|shown|protocol of a handler of this pack

plan() { # FILE [TOP]: checks an archive, and writes its line of the plan: handler|protocol|import path|content|shown
    [ ! -d "$1" ] || stop 6 "the archive $1 is a folder, which packaging/build.py packs"
    [ -f "$1" ] || stop 6 "there is no archive $1: $remedy"
    code=0
    checked=$(check_archive "$1" "$work/archive" "${2:-}" "$import" "$suffix") || code=$?
    case $code in
        0) ;;
        2) stop 2 "$checked" ;;
        *) stop 6 "the archive $1 $checked: $remedy" ;;
    esac
    IFS='|' read -r top own_import content own_protocol own_shown <<END
$checked
END
    if row=$(row_of "${top#pdu_}"); then
        own_shown=${row#*|}
        own_shown=${own_shown%|*} own_protocol=${row##*|}
    fi
    own_protocol=${protocol:-$own_protocol}
    [ -n "$own_protocol" ] ||
        stop 2 "$top is not of this pack: give --protocol snmp (DCImanager's form then asks for SNMP), or --protocol custom (it asks for handler settings)"
    mv "$work/archive" "$work/$top$suffix.tar.gz"
    printf '%s' "$1" >"$work/$top$suffix.path"
    printf '%s|%s|%s|%s|%s\n' "$top$suffix" "$own_protocol" "$own_import" "$content" \
        "${own_name:-$own_shown}${suffix:+ (try)}" >>"$work/plan"
}

say_if_older() { # of an archive of a clone: whether the clone has newer files, as after git pull
    [ -f "$here/../packaging/build.py" ] || return 0
    newer=$(find "$here/../handlers" "$here/../packaging" -name '*.py' -newer "$1" 2>/dev/null | head -n 1)
    [ -z "$newer" ] || say "note: ${newer#"$here/../"} is newer than ${1##*/}; to build what you have: make packages"
}

# ---- main ------------------------------------------------------------------------------------------

python3 -I -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || {
    echo 'register.sh: Python 3.9 or newer, called python3, is missing: install it' >&2
    exit 2
}
names='' archive='' given_id='' import='' own_name='' protocol='' suffix='' is_dry=''
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) show_help && exit ;;
        --dry-run) is_dry=yes ;;
        --try) suffix=_try ;;
        --archive | --id | --import | --name | --protocol)
            [ -n "${2:-}" ] || stop 2 "$1 needs a value: see --help"
            case $1 in
                --archive) archive=$2 ;;
                --id) given_id=$2 ;;
                --import) import=$2 ;;
                --name) own_name=$2 ;;
                --protocol) protocol=$2 ;;
            esac
            shift ;;
        -*) stop 2 "there is no option $1: see --help" ;;
        *[!a-z0-9_]*) stop 2 "there is no handler '$1' in this pack; an archive is given with --archive" ;;
        *)
            row_of "${1#pdu_}" >/dev/null ||
                stop 2 "there is no handler '$1' in this pack; it has: $(printf '%s' "$HANDLERS" | cut -d '|' -f 1 | paste -s -d , - | sed 's/,/, /g')"
            case " $names " in *" ${1#pdu_} "*) ;; *) names="$names ${1#pdu_}" ;; esac ;;
    esac
    shift
done
case $given_id in new) ;; *[!0-9]*) stop 2 '--id must be a number, or new' ;; esac
case $protocol in *[!a-z0-9_-]*) stop 2 '--protocol is a word, such as snmp or custom' ;; esac
case $import in *[!A-Za-z0-9_.]*) stop 2 '--import is a path such as handler_dir.my_handler' ;; esac
case $own_name in *[[:cntrl:]\|]*) stop 2 '--name is one line, without |' ;; esac
[ -n "$archive" ] || [ -z "$import$own_name$protocol" ] ||
    stop 2 '--import, --name and --protocol are for --archive FILE: see --help'
command -v curl >/dev/null || stop 2 'the program curl is missing: install it'
DCI_PAUSE=${DCI_PAUSE:-1}
case $DCI_PAUSE in
    *[!0-9]* | 0?* | ????*) stop 2 'DCI_PAUSE must be a whole number of seconds from 0 to 999, without leading zeros' ;;
esac
case ${DCI_INSECURE:-0} in 1 | yes | 0 | no) ;; *) stop 2 'DCI_INSECURE must be 1 or 0' ;; esac
here=$(cd "$(dirname "$0")" && pwd)
ids=$(absolute "${DCI_IDS:-$here/register.ids}")
[ ! -d "$ids" ] || stop 2 "DCI_IDS ($ids) is a folder: name a file in it for the ids"
[ ! -e "$ids" ] || [ -f "$ids" ] || stop 2 "DCI_IDS ($ids) is a device or a pipe: name a file for the ids"
# curl runs in another folder
[ -z "${CURL_CA_BUNDLE:-}" ] || { CURL_CA_BUNDLE=$(absolute "$CURL_CA_BUNDLE") && export CURL_CA_BUNDLE; }
work=$(mktemp -d "${TMPDIR:-/tmp}/register.XXXXXX" 2>/dev/null) || stop 2 'no folder for temporary files: check TMPDIR'
work=$(absolute "$work")

if [ -n "$archive" ]; then
    remedy='name another one with --archive'
    plan "$archive" "${names:+pdu_${names# }}"
else
    remedy="build it with 'make packages', or with packaging/build.py if it is for your own profile"
    for name in ${names:-$BUILT}; do
        import="pdu_$name.handler"
        plan "$here/pdu_$name-$VERSION.tar.gz" "pdu_$name"
        say_if_older "$here/pdu_$name-$VERSION.tar.gz"
    done
fi
[ -z "$given_id" ] || [ "$(wc -l <"$work/plan")" -eq 1 ] || stop 2 '--id is for one handler: give its NAME or --archive'
read_url
if [ -z "$is_dry" ]; then
    [ -n "${DCI_EMAIL:-}" ] || { ask DCI_EMAIL 'E-mail of an administrator' && DCI_EMAIL=$reply; }
    read_password
fi
cd "$work"
write_curl_options
if [ -n "$is_dry" ]; then
    line 'Nothing is sent. A run would make these calls (the token comes from the first answer); without --id, it also reads the list of handlers:'
    line "curl -X POST \"$DCI_URL/api/auth/v4/public/token\" \\"
    line "    -H \"isp-box-instance: true\" -H \"Content-Type: application/json\" \\"
    line "    -d '$(for_shell "$(printf '<password>' | json login "${DCI_EMAIL:-<DCI_EMAIL>}")")'"
else
    log_in
fi
while IFS='|' read -r handler protocol import content shown <&3; do
    if [ -n "$is_dry" ]; then
        show_calls
    else
        find_or_create
        upload
    fi
done 3<plan
if [ -n "$is_dry" ]; then exit; fi
if [ -n "$suffix" ]; then
    say 'next: give one PDU this handler in DCImanager and look at its outlets; to make it the real one, run the same command without --try; to remove it, give its PDUs another handler and delete it in DCImanager'
else
    say 'next: for a new PDU, Equipment, PDU, Add PDU in DCImanager, with this handler; for one that has it, look at its ports after the next poll, five minutes at most; CHANGELOG.md says what an upgrade asks of you'
fi
