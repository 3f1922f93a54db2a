# Sourced by scripts/run: the demo organization and DIR/env.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the parts share these variables

as_operator() { # arguments of muster
    (
        local name
        for name in "${!MUSTER_@}"; do unset "$name"; done
        export MUSTER_DB="$owner_uri" MUSTER_PUBLIC_URL="${public_url:-$url}"
        exec "$muster" "$@"
    ) </dev/null 2>"$run/muster.log" 9>&-
}

operator_failed() { # what
    die_with_log "$run/muster.log" "$1"
}

migrate() {
    say "migrating the database"
    as_operator migrate >"$run/migrate.log" || { show_log "$run/migrate.log" && operator_failed "muster migrate failed"; }
}

find_connection() {
    connection=$(as_operator connection list --org demo --json | jq -r '[.data[] | select(.name == "Demo")][0].id // empty') ||
        operator_failed "the connections of the demo organization could not be listed"
}

issue_token() {
    token=$(as_operator token issue --org demo --connection "$connection" --name 'scripts/run' --json | jq -er .token) ||
        operator_failed "no token could be issued for the demo organization"
}

create_key() {
    key=$(as_operator key create 'scripts/run' --json | jq -er .key) || operator_failed "no API key could be created"
}

# Creates what is missing, then applies the options, whatever those of the last run were.
prepare_demo() {
    local caps=(--max-users 10000 --max-groups 1000 --max-group-members 2000)
    local manner=(--dialect lenient --identity immutable --email required --linking auto --unknown-members refuse --group-names unique)
    if [ -n "$conformance" ]; then
        caps=(--max-users none --max-groups none --max-group-members none)
        manner=(--preset certification)
        [ "$conformance" != strict ] || manner+=(--dialect strict)
        : "${rate:=off}"
    fi
    as_operator org show demo --json >/dev/null || as_operator org create Demo --slug demo --json >/dev/null ||
        operator_failed "the demo organization could not be created"
    as_operator org set demo --rate "${rate:-100}" "${caps[@]}" >/dev/null || operator_failed "the demo organization could not be set up"
    find_connection
    if [ -z "$connection" ]; then
        as_operator connection create --org demo --name Demo --identity-provider generic --json >/dev/null ||
            operator_failed "the demo connection could not be created"
        find_connection
    fi
    as_operator connection set "$connection" "${manner[@]}" >/dev/null || operator_failed "the demo connection could not be set up"
    token=$(kept_value MUSTER_TOKEN)
    [ -n "$token" ] || issue_token
    key=$(kept_value MUSTER_API_KEY)
    [ -n "$key" ] || create_key
}

kept_value() { # name: its value in DIR/env
    # shellcheck disable=SC1091
    ! [ -f "$env_file" ] || (unset "$1" && . "$env_file" && printf '%s' "${!1-}")
}

# The token and the key of the last run may be revoked, or belong to another database.
check_token() {
    [ "$(printf 'Authorization: Bearer %s' "$key" | curl -s -o /dev/null -w '%{http_code}' --max-time 10 --noproxy '*' -H @- "$admin_url/organizations" 9>&-)" != 401 ] || create_key
    [ "$(status_of "$token")" = 401 ] || return 0
    say "the token in $env_file is no longer valid: issuing another"
    issue_token
}

# A link works once, so each run makes one. There is none for another machine without https.
make_portal_link() {
    portal_link=$(as_operator portal-link demo --json | jq -er .url) || {
        portal_link=''
        say "there is no link to the portal: $(tail -n 1 "$run/muster.log")"
    }
}

write_env() {
    (
        umask 077
        {
            printf 'MUSTER_URL=%s\n' "$(quoted "$url")"
            printf 'MUSTER_TOKEN=%s\n' "$(quoted "$token")"
            printf 'MUSTER_ADMIN_URL=%s\n' "$(quoted "$admin_url")"
            printf 'MUSTER_API_KEY=%s\n' "$(quoted "$key")"
            printf 'MUSTER_ORG=%s\n' "$(quoted demo)"
            printf 'MUSTER_CONNECTION=%s\n' "$(quoted "$connection")"
            printf 'MUSTER_DB=%s\n' "$(quoted "$owner_uri")"
            printf 'MUSTER_SECRET_KEY_FILE=%s\n' "$(quoted "$secret_key")"
            printf 'MUSTER_PUBLIC_URL=%s\n' "$(quoted "$public_url")"
            [ -z "$portal_link" ] || printf 'MUSTER_PORTAL_LINK=%s\n' "$(quoted "$portal_link")"
        } >"$env_file.new"
    )
    mv "$env_file.new" "$env_file"
}
