# Sourced by the scripts: messages, processes (distinguished from later ones with the same number), user, lock.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # the parts share these variables

as_user=()
run_user=
reason=
attended=

say() {
    printf '%s\n' "$*"
}

# Ends the script; the EXIT trap stops started processes and prints the reason.
die() {
    reason=$*
    exit 1
}

quoted() { # a value for a shell to read
    printf "'%s'" "${1//\'/\'\\\'\'}"
}

# Runs a command so that the script handles signals at once, not only after the command ended.
attend() {
    "$@" 9>&- &
    attended=$!
    local status=0
    wait "$attended" || status=$?
    attended=
    return "$status"
}

# The start time of a process; nothing if it has ended or is a zombie.
birth() { # pid
    local stat fields
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    read -ra fields <<<"${stat##*) }"
    [ "${fields[0]}" = Z ] || printf '%s\n' "${fields[19]}"
}

# Process numbers are valid only until the machine or container restarts.
era=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || true)$(readlink /proc/self/ns/pid || true)

keep() { # name pid
    printf '%s %s %s %s\n' "$1" "$2" "$era" "$(birth "$2")" >>"$run/state"
}

forget() { # name
    [ -f "$run/state" ] || return 0
    sed -i "/^$1 /d" "$run/state"
}

# The pid stored under this name; fails if that process has ended, even if another process has its number now.
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

# The pid stored under this name if that process has ended. Remaining processes of its group keep the number from being
# reused.
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

# Runs the command every 50 ms until it succeeds; fails after the given seconds.
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

# Zombies do not count, because others must reap them.
group_is_empty() { # pgid
    kill -0 -- "-$1" 2>/dev/null || return 0
    ! cat /proc/[0-9]*/stat 2>/dev/null | sed 's/.*) //' | awk -v group="$1" '$1 != "Z" && $3 == group { found = 1 } END { exit !found }'
}

# Ends one of our processes and the rest of its process group.
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

# A daemon must not get the caller's environment.
clean_environment() {
    local name
    for name in $(compgen -e); do
        case $name in
        PATH | LANG | LC_ALL | TZ | ASAN_OPTIONS | UBSAN_OPTIONS | LSAN_OPTIONS) ;;
        *) unset "$name" ;;
        esac
    done
}

# Starts a daemon in a session of its own; with "configured" it gets the responder's settings in its environment, which
# other users cannot read, unlike arguments. The log is opened by the user who runs it.
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
