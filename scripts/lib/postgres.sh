# Sourced by what needs the programs of PostgreSQL's server.
# shellcheck shell=bash

newest_postgres() {
    find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -n | tail -n 1
}
