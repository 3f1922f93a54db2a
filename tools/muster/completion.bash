# shellcheck shell=bash
# Completion for muster in bash: the words come from the program's own tables.
_muster() {
    local cur=${COMP_WORDS[COMP_CWORD]} words
    [ "$cur" = "=" ] && cur=
    mapfile -t words < <("${COMP_WORDS[0]}" __complete "$COMP_CWORD" "${COMP_WORDS[@]}" 2>/dev/null)
    if [ "${words[0]-}" = ":files" ]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    else
        COMPREPLY=("${words[@]}")
    fi
}
complete -F _muster muster
