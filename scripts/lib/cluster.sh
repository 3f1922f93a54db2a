# Sourced by scripts/run: PostgreSQL, either a private cluster under DIR/pg or the server of --database.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the parts share these variables

find_postgres() {
    local version
    if [ -f "$cluster/PG_VERSION" ]; then
        version=$(cat "$cluster/PG_VERSION")
    else
        version=$(newest_postgres)
    fi
    pg_bin=/usr/lib/postgresql/$version/bin
    [ -x "$pg_bin/postgres" ] || die "there is no PostgreSQL ${version:-server} in ${pg_bin%/bin}: scripts/deps installs one"
}

as_postgres() { # command of PostgreSQL, arguments
    local program=$1
    shift
    (cd / && ${as_user[@]+"${as_user[@]}"} env -i PATH="$PATH" LANG=C.UTF-8 "$pg_bin/$program" "$@") 9>&-
}

create_cluster() {
    say "creating a PostgreSQL cluster in $cluster"
    rm -rf "$cluster.new"
    mkdir -m 0700 "$cluster.new"
    own "$cluster.new"
    as_postgres initdb -D "$cluster.new" -U postgres --auth-local=trust --auth-host=reject --encoding=UTF8 \
        --locale=C.UTF-8 --data-checksums --no-instructions </dev/null >"$run/initdb.log" 2>&1 ||
        die_with_log "$run/initdb.log" "initdb failed"
    printf "include 'muster.conf'\n" >>"$cluster.new/postgresql.conf"
    mv "$cluster.new" "$cluster"
}

# fsync and synchronous_commit stay on, so an acknowledged write is on disk. Statements are not logged, because their
# parameters are personal data.
configure_cluster() {
    local connections=$((workers * 2 + 50))
    [ "$connections" -ge 100 ] || connections=100
    cat >"$cluster/muster.conf" <<CONF
# Written by scripts/run at each start.
listen_addresses = ''
unix_socket_directories = '$sockets'
unix_socket_permissions = 0700
max_connections = $connections
fsync = on
synchronous_commit = on
full_page_writes = on
logging_collector = off
log_statement = none
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
CONF
}

start_cluster() {
    find_postgres
    if [ -d "$cluster" ] && [ "$(stat -c %U "$cluster")" != "$run_user" ]; then
        die "$cluster belongs to $(stat -c %U "$cluster"), not to $run_user: start scripts/run as the user who created it, or give another --data"
    fi
    [ -d "$cluster" ] || create_cluster
    stop_cluster
    configure_cluster
    say "starting PostgreSQL (socket in $sockets)"
    as_postgres pg_ctl start -D "$cluster" -l "$logs/postgresql.log" -w -t 60 -s </dev/null >"$run/pg_ctl.log" 2>&1 ||
        die_with_log "$logs/postgresql.log" "PostgreSQL did not start"
    as_postgres psql -XqAt -v ON_ERROR_STOP=1 -h "$sockets" -U postgres -d postgres >"$run/createdb.log" 2>&1 <<'SQL' ||
select 'create role muster_owner login createrole' where to_regrole('muster_owner') is null \gexec
select 'create database muster owner muster_owner' where not exists (select from pg_database where datname = 'muster') \gexec
SQL
        die_with_log "$run/createdb.log" "the database could not be created"
    owner_uri="postgresql:///muster?host=$sockets&user=muster_owner"
    responder_uri="postgresql:///muster?host=$sockets&user=muster_scim"
    admin_uri="postgresql:///muster?host=$sockets&user=muster_admin"
    deliver_uri="postgresql:///muster?host=$sockets&user=muster_deliver"
}

# After a crash the number in postmaster.pid may belong to another process; our postmaster has its directory as working
# directory.
cluster_runs() {
    local pid
    pid=$(head -n 1 "$cluster/postmaster.pid" 2>/dev/null) || return 1
    [ "$(${as_user[@]+"${as_user[@]}"} readlink "/proc/$pid/cwd" 2>/dev/null)" = "$(cd "$cluster" && pwd -P)" ]
}

stop_cluster() {
    cluster_runs || return 0
    find_postgres
    as_postgres pg_ctl stop -D "$cluster" -m fast -w -t 60 -s >>"$run/pg_ctl.log" 2>&1 ||
        as_postgres pg_ctl stop -D "$cluster" -m immediate -w -t 30 -s >>"$run/pg_ctl.log" 2>&1 ||
        say "PostgreSQL in $cluster does not end" >&2
}

# Splits a URI into `bare_uri` and `bare_password`: a password is passed in the environment, never in an argument that
# others can see.
split_uri() { # uri
    bare_uri=$1
    bare_password=
    if [[ $bare_uri =~ ^([a-z]+://[^/?@:]*):([^/?@]*)@(.*)$ ]]; then
        bare_password=${BASH_REMATCH[2]}
        bare_uri=${BASH_REMATCH[1]}@${BASH_REMATCH[3]}
    fi
    if [[ $bare_uri =~ ^(.*[?\&])password=([^\&]*)\&?(.*)$ ]]; then
        bare_password=${BASH_REMATCH[2]}
        bare_uri=${BASH_REMATCH[1]}${BASH_REMATCH[3]}
        bare_uri=${bare_uri%[?&]}
    fi
    bare_password=${bare_password//\\/\\\\}
    bare_password=$(printf '%b' "${bare_password//%/\\x}")
}

psql_at() { # uri, arguments of psql
    split_uri "$1"
    shift
    (
        [ -z "$bare_password" ] || export PGPASSWORD="$bare_password"
        exec psql -XqAt -v ON_ERROR_STOP=1 -d "$bare_uri" "$@"
    ) 9>&-
}

check_database_uri() {
    case $database in
    postgres://?* | postgresql://?*) ;;
    *) die "--database takes a URI: postgresql://owner@host/name, special characters as percent signs with two digits" ;;
    esac
}

# The responders' URIs are the owner's with another user, and without the owner's password.
use_database() {
    owner_uri=$database
    say "using the PostgreSQL server of --database"
    psql_at "$owner_uri" -c 'select 1' </dev/null >"$run/createdb.log" 2>&1 ||
        die_with_log "$run/createdb.log" "the server of --database cannot be used"
    split_uri "$owner_uri"
    case $bare_uri in
    *\?*) responder_uri="$bare_uri&user=muster_scim" admin_uri="$bare_uri&user=muster_admin" deliver_uri="$bare_uri&user=muster_deliver" ;;
    *) responder_uri="$bare_uri?user=muster_scim" admin_uri="$bare_uri?user=muster_admin" deliver_uri="$bare_uri?user=muster_deliver" ;;
    esac
}

# Call this after the migration, which creates the roles.
set_passwords() {
    set_password muster_scim "$responder_uri" && responder_uri=$role_uri
    set_password muster_admin "$admin_uri" && admin_uri=$role_uri
    set_password muster_deliver "$deliver_uri" && deliver_uri=$role_uri
}

# Gives a role a password of its own and leaves its URI in role_uri. The command \password sends the server a hash, so the
# server's log has no password either; in a session without a terminal it reads it from standard input, twice.
set_password() { # role, uri
    local file=$data/${1#muster_}-password password
    [ -s "$file" ] || (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$file")
    password=$(cat "$file")
    role_uri="$2&password=$password"
    psql_at "$role_uri" -c 'select 1' </dev/null >/dev/null 2>&1 && return 0
    split_uri "$owner_uri"
    printf '%s\n%s\n' "$password" "$password" |
        PGPASSWORD=$bare_password setsid -w psql -Xq -d "$bare_uri" -c "\\password $1" >"$run/createdb.log" 2>&1 ||
        die_with_log "$run/createdb.log" "the password of role $1 could not be set"
    psql_at "$role_uri" -c 'select 1' </dev/null >"$run/createdb.log" 2>&1 ||
        die_with_log "$run/createdb.log" "role $1 cannot log in to the server of --database (look at its pg_hba.conf)"
}
