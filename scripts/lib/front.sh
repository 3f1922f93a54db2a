# Sourced by scripts/run: the responder and the web server in front of it.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the parts share these variables

# Copies an example configuration with other values: for each pair, the one line with that beginning gets the new text.
# So every test runs the examples.
render() { # example, result, then pairs: how the line begins, the new line
    local from=$1 to=$2 line indent i
    shift 2
    local pairs=("$@") seen=()
    while IFS= read -r line; do
        indent=${line%%[! ]*}
        for ((i = 0; i < ${#pairs[@]}; i += 2)); do
            if [[ ${line#"$indent"} == "${pairs[i]}"* ]]; then
                line=$indent${pairs[i + 1]}
                seen[i]+=x
                break
            fi
        done
        printf '%s\n' "$line"
    done <"$from" >"$to"
    for ((i = 0; i < ${#pairs[@]}; i += 2)); do
        [ "${seen[i]-}" = x ] || die "${from##*/} must have one line that begins with: ${pairs[i]}"
    done
}

render_lighttpd() {
    render "$root/lighttpd-example.conf" "$run/web.conf" \
        'var.muster_socket =' "var.muster_socket = \"$sockets/scim.sock\"" \
        'var.muster_program =' "var.muster_program = \"$scim\"" \
        'var.muster_admin_socket =' "var.muster_admin_socket = \"$sockets/admin.sock\"" \
        'var.muster_admin_program =' "var.muster_admin_program = \"$admin\"" \
        'var.muster_portal =' "var.muster_portal = \"$run/portal/\"" \
        'server.port =' "server.port = $port" \
        'server.bind =' 'server.bind = "127.0.0.1"' \
        'server.document-root =' "server.document-root = \"$run/empty\"" \
        'server.errorlog =' "server.errorlog = \"$logs/web-error.log\"" \
        'accesslog.filename =' "accesslog.filename = \"$logs/web-access.log\"" \
        'server.upload-dirs =' "server.upload-dirs = (\"$run/tmp\")" \
        'var.muster_errors =' "var.muster_errors = \"$run/errors/\""
    "$root/scripts/error-pages" "$run/errors"
}

# The settings reach the programs through the web server's environment, so no file contains them.
render_cgi() {
    render_lighttpd
    sed -i -e '/^#fastcgi-begin$/,/^#fastcgi-end$/d' -e 's/^#cgi //' "$run/web.conf"
    render_environment MUSTER_DB >"$run/muster-environment.conf"
    responder_settings+=("MUSTER_SECRET_KEY_FILE=$secret_key")
    render_environment MUSTER_ADMIN_DB >"$run/muster-admin-environment.conf"
}

render_environment() { # the variable that becomes MUSTER_DB
    local setting name comma=''
    printf 'setenv.set-environment = ('
    for setting in "${responder_settings[@]}"; do
        name=${setting%%=*}
        [ "$name" = MUSTER_DB ] || {
            printf '%s"%s" => env.%s' "$comma" "$name" "$name"
            comma=', '
        }
    done
    printf '%s"MUSTER_DB" => env.%s)\n' "$comma" "$1"
}

render_apache() {
    render "$root/apache-example.conf" "$run/web.conf" \
        'Define MUSTER_SOCKET ' "Define MUSTER_SOCKET \"$sockets/scim.sock\"" \
        'Define MUSTER_ADMIN_SOCKET ' "Define MUSTER_ADMIN_SOCKET \"$sockets/admin.sock\"" \
        'Define MUSTER_PORTAL ' "Define MUSTER_PORTAL \"$run/portal\"" \
        'Define MUSTER_PORT ' "Define MUSTER_PORT \"$port\"" \
        'Define MUSTER_RUN ' "Define MUSTER_RUN \"$run/tmp\"" \
        'Define MUSTER_ACCESS_LOG ' "Define MUSTER_ACCESS_LOG \"$logs/web-access.log\"" \
        'Define MUSTER_ERROR_LOG ' "Define MUSTER_ERROR_LOG \"$logs/web-error.log\"" \
        'User ' "User $run_user" \
        'Group ' "Group $(id -gn "$run_user")" \
        'Listen ' "Listen 127.0.0.1:$port"
}

render_nginx() {
    render "$root/nginx-example.conf" "$run/web.conf" \
        'user ' '# no user: started without root' \
        'pid ' "pid \"$run/tmp/nginx.pid\";" \
        'error_log ' "error_log \"$logs/web-error.log\" crit;" \
        'client_body_temp_path ' "client_body_temp_path \"$run/tmp/body\";" \
        'fastcgi_temp_path ' "fastcgi_temp_path \"$run/tmp/fastcgi\";" \
        'proxy_temp_path ' "proxy_temp_path \"$run/tmp/proxy\";" \
        'scgi_temp_path ' "scgi_temp_path \"$run/tmp/scgi\";" \
        'uwsgi_temp_path ' "uwsgi_temp_path \"$run/tmp/uwsgi\";" \
        'access_log ' "access_log \"$logs/web-access.log\" muster;" \
        'server unix:/run/muster/scim.sock' "server unix:$sockets/scim.sock max_fails=0;" \
        'server unix:/run/muster/admin.sock' "server unix:$sockets/admin.sock max_fails=0;" \
        'root ' "root \"$run\";" \
        'listen ' "listen 127.0.0.1:$port;"
}

# The responder's environment: its own settings, and the caller's MUSTER_... that are not from DIR/env. Addresses always
# come from DIR/env, because the caller's may be those of another run.
collect_settings() {
    local name
    public_url=${MUSTER_PUBLIC_URL:-$url}
    ! [[ $public_url =~ ^http://127\.0\.0\.1:[0-9]+/scim/v2$ ]] || public_url=$url
    responder_settings=("MUSTER_DB=$responder_uri" "MUSTER_PUBLIC_URL=$public_url" "MUSTER_LIMITS=$sockets/limits")
    [ "$rate" != off ] || responder_settings+=("MUSTER_AUTH_FAILURES=0")
    for name in "${!MUSTER_@}"; do
        case $name in
        MUSTER_DB | MUSTER_ADMIN_DB | MUSTER_PUBLIC_URL | MUSTER_SCIM_BIN | MUSTER_SCIM_MASTER_PID) ;;
        MUSTER_SECRET_KEY_FILE) ;; # DIR has its own, which is not for the responder that faces the internet
        MUSTER_URL | MUSTER_TOKEN | MUSTER_ADMIN_URL | MUSTER_API_KEY | MUSTER_ORG | MUSTER_CONNECTION | MUSTER_PORTAL_LINK) ;;
        *) responder_settings+=("$name=${!name}") ;;
        esac
    done
}

start_responders() {
    local settings=("${responder_settings[@]}")
    say "starting $workers workers"
    rm -f "$sockets/scim.sock" "$sockets/admin.sock"
    start_process scim "$logs/scim.log" configured spawn-fcgi -s "$sockets/scim.sock" -M 0600 -n -- "$scim" --workers "$workers"
    alive scim >"$run/scim.pid" || true
    responder_settings+=("MUSTER_DB=$admin_uri" "MUSTER_SECRET_KEY_FILE=$secret_key")
    start_process admin "$logs/admin.log" configured spawn-fcgi -s "$sockets/admin.sock" -M 0600 -n -- "$admin" --workers 2
    responder_settings=("${settings[@]}")
}

start_deliver() {
    local settings=("${responder_settings[@]}")
    responder_settings+=("MUSTER_DB=$deliver_uri" "MUSTER_SECRET_KEY_FILE=$secret_key")
    start_process deliver "$logs/deliver.log" configured "$deliver"
    responder_settings=("${settings[@]}")
}

# The web server's user may not be able to enter the build.
copy_portal() {
    rm -rf "$run/portal"
    cp -R "$build/portal" "$run/portal"
    chmod -R u=rwX,go=rX "$run/portal"
}

start_web() {
    local plain_user=("${as_user[@]+"${as_user[@]}"}")
    say "starting the web server ($server)"
    copy_portal
    "render_$server"
    # Only root gives away a port below 1024, and here the server does not run as root.
    if [ "$port" -lt 1024 ] && [ ${#as_user[@]} -gt 0 ]; then
        as_user=("${as_user[@]:0:${#as_user[@]}-1}" --inh-caps=+net_bind_service --ambient-caps=+net_bind_service --)
    fi
    case $server in
    lighttpd) start_process web "$logs/web-error.log" plain lighttpd -D -f "$run/web.conf" ;;
    cgi)
        responder_settings+=("MUSTER_ADMIN_DB=$admin_uri")
        start_process web "$logs/web-error.log" configured lighttpd -D -f "$run/web.conf"
        ;;
    apache) start_process web "$logs/web-error.log" plain apache2 -D FOREGROUND -f "$run/web.conf" ;;
    nginx) start_process web "$logs/web-error.log" plain nginx -e "$logs/web-error.log" -p "$run/tmp" -c "$run/web.conf" -g 'daemon off;' ;;
    esac
    as_user=("${plain_user[@]+"${plain_user[@]}"}")
}

status_of() { # token or nothing
    printf '%s' "${1:+Authorization: Bearer $1}" |
        curl -s -o /dev/null -w '%{http_code}' --max-time 10 --noproxy '*' -H @- "http://127.0.0.1:$port/scim/v2/ServiceProviderConfig" 9>&-
}

status_at() { # path
    curl -s -o /dev/null -w '%{http_code}' --max-time 10 --noproxy '*' "http://127.0.0.1:$port$1" 9>&-
}

# Ready, or waiting is useless.
answers_or_ended() {
    answer=$(status_of '') || true
    [ "$answer" != 200 ] || answer=$(status_at /readyz) || true
    [ "$answer" = 200 ] || is_gone web || { [ "$server" != cgi ] && { is_gone scim || is_gone admin; }; }
}

wait_for_answer() {
    wait_until 30 answers_or_ended || true
    [ "$server" = cgi ] || ! is_gone scim || die_with_log "$logs/scim.log" "the responder ended"
    [ "$server" = cgi ] || ! is_gone admin || die_with_log "$logs/admin.log" "the responder of the admin API ended"
    ! is_gone web || die_with_log "$logs/web-error.log" "the web server ended"
    [ "$answer" = 200 ] || {
        show_log "$logs/web-error.log"
        show_log "$logs/admin.log"
        die_with_log "$logs/scim.log" "$url/ServiceProviderConfig or /readyz does not answer (status $answer)"
    }
}

# A listening socket of any user that blocks this port (column 2 is the local address, 0A is LISTEN).
port_is_taken() {
    local hex
    hex=$(printf '%04X' "$port")
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$hex" '
        $4 == "0A" { split($2, a, ":"); if (a[2] == port && (a[1] ~ /^0+$/ || a[1] ~ /0100007F$/)) taken = 1 }
        END { exit !taken }'
}
