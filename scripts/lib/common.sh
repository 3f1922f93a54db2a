# Sourced by the scripts: messages, processes that can be told apart from later ones with the same number, user, lock.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # the parts share these variables

as_user=()
run_user=
reason=
attended=

say() {
    printf '%s\n' "$*"
}

# Ends the script; the EXIT trap stops what was started and prints the reason.
die() {
    reason=$*
    exit 1
}

quoted() { # a value for a shell to read
    printf "'%s'" "${1//\'/\'\\\'\'}"
}

# Runs a command so that a signal to the script is seen at once, not only when the command has ended.
attend() {
    "$@" 9>&- &
    attended=$!
    local status=0
    wait "$attended" || status=$?
    attended=
    return "$status"
}

# The start time of a process; nothing if it has ended (a zombie has).
birth() { # pid
    local stat fields
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    read -ra fields <<<"${stat##*) }"
    [ "${fields[0]}" = Z ] || printf '%s\n' "${fields[19]}"
}

# Process numbers mean something only in this run of the machine or container.
era=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || true)$(readlink /proc/self/ns/pid || true)

keep() { # name pid
    printf '%s %s %s %s\n' "$1" "$2" "$era" "$(birth "$2")" >>"$run/state"
}

forget() { # name
    [ -f "$run/state" ] || return 0
    sed -i "/^$1 /d" "$run/state"
}

# The pid kept under this name; fails if that process has ended, whoever has its number now.
alive() { # name
    local name pid when started
    [ -f "$run/state" ] || return 1
    while read -r name pid when started; do
        if [ "$name" = "$1" ] && [ "$when" = "$era" ] && [ -n "$started" ] && [ "$(birth "$pid")" = "$started" ]; then
            printf '%s\n' "$pid"
            return 0
        fi
    done <"$run/state"
    return 1
}

# The pid kept under this name if that process has ended; what is left of its group keeps the number from being given again.
orphaned() { # name
    local name pid when started
    [ -f "$run/state" ] || return 1
    while read -r name pid when started; do
        if [ "$name" = "$1" ] && [ "$when" = "$era" ] && [ -z "$(birth "$pid")" ]; then
            printf '%s\n' "$pid"
            return 0
        fi
    done <"$run/state"
    return 1
}

now_ms() {
    local t=${EPOCHREALTIME/[.,]/}
    printf '%s\n' "${t%???}"
}

# Looks every 50 ms until the command succeeds; fails after so many seconds.
wait_until() { # seconds command...
    local until
    until=$(($(now_ms) + $1 * 1000))
    shift
    while ! "$@"; do
        [ "$(now_ms)" -lt "$until" ] || return 1
        sleep 0.05
    done
}

is_gone() { # name
    ! alive "$1" >/dev/null
}

# Zombies do not count: who reaps them is not up to us.
group_is_empty() { # pgid
    kill -0 -- "-$1" 2>/dev/null || return 0
    ! cat /proc/[0-9]*/stat 2>/dev/null | sed 's/.*) //' | awk -v group="$1" '$1 != "Z" && $3 == group { found = 1 } END { exit !found }'
}

# Ends a process of ours and what is left of its process group.
end_process() { # name seconds
    local pid
    if pid=$(alive "$1"); then
        kill -TERM "$pid" 2>/dev/null || true
        wait_until "$2" is_gone "$1" || true
    elif pid=$(orphaned "$1"); then
        kill -TERM -- "-$pid" 2>/dev/null || true
    else
        return 0
    fi
    if ! wait_until 2 group_is_empty "$pid"; then
        kill -KILL -- "-$pid" 2>/dev/null || true
        wait_until 5 group_is_empty "$pid" || say "process $pid ($1) does not end" >&2
    fi
    forget "$1"
}

# A daemon must not see what the caller's environment happens to hold.
clean_environment() {
    local name
    for name in $(compgen -e); do
        case $name in
        PATH | LANG | LC_ALL | TZ | ASAN_OPTIONS | UBSAN_OPTIONS | LSAN_OPTIONS) ;;
        *) unset "$name" ;;
        esac
    done
}

# Starts a daemon in a session of its own; with "configured" it has the responder's settings in its environment, where
# no other user reads them, as they could an argument. The log is opened by the user who runs it.
start_process() { # name log configured|plain command...
    local name=$1 log=$2 how=$3
    shift 3
    # shellcheck disable=SC2016
    set -- ${as_user[@]+"${as_user[@]}"} /bin/sh -c 'log=$1; shift; exec "$@" >>"$log" 2>&1' sh "$log" "$@"
    (
        cd /
        clean_environment
        [ "$how" = plain ] || export "${responder_settings[@]}"
        exec setsid "$@"
    ) </dev/null >>"$run/start.log" 2>&1 9>&- &
    keep "$name" $!
}
