# Reads the statements of sql/queries, in the order of their names, and generates their C code; refuses statements that
# break the rules of sql/README.md. Called by scripts/gen-sql and scripts/check-sql:
#   awk -f scripts/statements.awk -v out=DIR FILES   DIR/sql_names.h, DIR/sql_statements.c, DIR/sql/FOLDER.h
#   awk -f scripts/statements.awk FILES              a line for each: path|types of parameters|names of columns|types of columns

function bad(what) {
    print file ": " what > "/dev/stderr"
    failed = 1
}

# Splits a list at commas, except in brackets, which hold prose. Writes item[1..]; returns how many.
function split_items(text, n, i, c, depth) {
    n = 1
    item[1] = ""
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        depth += (c == "(") - (c == ")")
        if (c == "," && depth == 0) {
            item[++n] = ""
            continue
        }
        item[n] = item[n] c
    }
    for (i = 1; i <= n; i++)
        gsub(/^ +| +$/, "", item[i])
    return text == "none" ? 0 : n
}

# "uuid? (null: none)" into type, mark and prose.
function split_type(text, at) {
    prose = ""
    if ((at = index(text, " (")) > 0 && substr(text, length(text)) == ")") {
        prose = substr(text, at + 1)
        text = substr(text, 1, at - 1)
    }
    may_be_null = sub(/\?$/, "", text)
    type = text
    return type ~ /^[a-z]+( precision)?(\[\])?$/ || type ~ /^pg_[a-z]+$/
}

function read_params(n, i, at) {
    n_params[name] = n = split_items(params)
    for (i = 1; i <= n; i++) {
        at = match(item[i], /^[0-9]+ [a-z][a-z0-9_]* /)
        if (!at || !split_type(substr(item[i], RLENGTH + 1))) {
            bad("params: \"" item[i] "\" is no number, name and type")
            continue
        }
        match(item[i], /^[0-9]+ [a-z][a-z0-9_]* /)
        split(substr(item[i], 1, RLENGTH), words, " ")
        if (words[1] != i)
            bad("params: " words[2] " has the number " words[1] ", it is the " i ".")
        if ((name, words[2]) in param_seen)
            bad("params: " words[2] " stands there twice")
        param_seen[name, words[2]] = 1
        param[name, i] = words[2]
        param_type[name, i] = type
        param_null[name, i] = may_be_null
        param_prose[name, i] = prose
    }
    if (n > most_params)
        most_params = n
}

# The columns of one part of the row, after `from` others; returns the new number.
function read_columns(list, from, n, i) {
    n = split_items(list)
    for (i = 1; i <= n; i++) {
        if (!match(item[i], /^[a-z][a-z0-9_]* /) || !split_type(substr(item[i], RLENGTH + 1)) || may_be_null) {
            bad("row: \"" item[i] "\" is no name and type")
            continue
        }
        match(item[i], /^[a-z][a-z0-9_]* /)
        column[name, from + i] = substr(item[i], 1, RLENGTH - 1)
        column_type[name, from + i] = type
    }
    return from + n
}

# Columns that several statements share have one name and one enum.
function share(row, from, to, list, i) {
    for (i = from + 1; i <= to; i++)
        list = list column[name, i] " " column_type[name, i] ", "
    if (!(row in shared_list)) {
        shared_rows[++n_shared_rows] = row
        shared_by[row] = name
        shared_from[row] = from
        shared_to[row] = to
        shared_list[row] = list
    } else if (shared_list[row] != list)
        bad("row " row ": it is another one in " shared_by[row])
}

function read_row(i, from, to, own) {
    for (i = 1; i <= n_parts[name]; i++) {
        from = n_columns[name] + 0
        n_columns[name] = to = read_columns(part_text[i], from)
        part_row[name, i] = part[i]
        part_from[name, i] = from
        part_to[name, i] = to
        if (part[i] != "")
            share(part[i], from, to)
        else if (own++)
            bad("row: stands there twice")
    }
    if (n_parts[name] > most_parts)
        most_parts = n_parts[name]
}

# The parameters in the text must match the header.
function check_text(rest, n, used, asked, cast, at) {
    if (text ~ /;/)
        bad("one statement, without a semicolon")
    rest = text
    while (match(rest, /\$[0-9]+(::[a-z]+( precision)?(\[\])?)?/)) {
        at = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        cast = index(at, "::") ? substr(at, index(at, "::") + 2) : ""
        n = substr(at, 2) + 0
        used[n] = 1
        if (n < 1 || n > n_params[name])
            bad("$" n " is no parameter of the header")
        else if (cast != "" && cast != param_type[name, n])
            bad("$" n " is cast to " cast ", the header says " param_type[name, n])
        else if (rest ~ /^ is (not )?null/)
            asked[n] = 1
    }
    for (n = 1; n <= n_params[name]; n++)
        if (!(n in used))
            bad("the text does not use $" n " (" param[name, n] ")")
    rest = text
    while (match(rest, /coalesce\(\$[0-9]+/)) {
        asked[substr(rest, RSTART + 10, RLENGTH - 10) + 0] = 1
        rest = substr(rest, RSTART + RLENGTH)
    }
    for (n in asked)
        if (!param_null[name, n])
            bad("the text asks whether $" n " is null, the header does not allow it (" param_type[name, n] "?)")
}

function finish(i) {
    if (params == "" || n_parts[name] == 0)
        bad("the header comment needs a params: and a row: line")
    else {
        read_params()
        read_row()
        check_text()
    }
    if (ENVIRON["NO_TENANT"] != "") # row-level security alone has to hold (make no-tenant)
        gsub(/[a-z]+\.(organization_id|connection_id) = muster\.(organization_id|connection_id)\(\)/, "true", text)
    texts[name] = text
}

function start(n, pieces) {
    file = FILENAME
    n = split(file, pieces, "/")
    name = pieces[n]
    sub(/\.sql$/, "", name)
    path[name] = FILENAME
    folder[name] = pieces[n - 1]
    if (name in position)
        bad("another folder has a statement of this name")
    names[++n_names] = name
    position[name] = n_names
    n_parts[name] = n_columns[name] = 0
    body = 0
    text = params = word = ""
}

# A line of the header; an indented line continues the list before it.
function read_header(line) {
    if (length(line) > 120)
        bad("line " FNR " is longer than 120 columns")
    if (match(line, /^-- params: */)) {
        word = "params"
        params = substr(line, RLENGTH + 1)
    } else if (match(line, /^-- row( [a-z_]+)?: */)) {
        word = substr(line, 4, RLENGTH - 3)
        part_text[++n_parts[name]] = substr(line, RLENGTH + 1)
        gsub(/^row *|: *$/, "", word)
        part[n_parts[name]] = word
        word = "row"
    } else if (word == "" || !match(line, /^--  +/))
        word = ""
    else if (word == "params")
        params = params " " substr(line, RLENGTH + 1)
    else
        part_text[n_parts[name]] = part_text[n_parts[name]] " " substr(line, RLENGTH + 1)
}

FNR == 1 {
    if (name != "")
        finish()
    start()
}

!body && /^--/ {
    read_header($0)
    next
}

{
    body = 1
    text = text $0 "\n"
}

function quoted(line) {
    gsub(/\\/, "&&", line)
    gsub(/"/, "\\\"", line)
    gsub(/\?/, "\\?", line)
    return "     \"" line "\\n\"\n"
}

function column_enum(row, prefix, from, to, list, i) {
    list = "enum {\n"
    for (i = from + 1; i <= to; i++)
        list = list "    " prefix "_" toupper(column[name, i]) " = SQL_COLUMN(" row ", " (i - from - 1) "), /* " column_type[name, i] " */\n"
    return to > from ? list "};\n" : ""
}

function write_names(to, i) {
    print "/* Generated from sql/queries. */\nenum sql {" > to
    for (i = 1; i <= n_names; i++)
        print "    SQL_" toupper(names[i]) "," > to
    print "    SQL_COUNT\n};\n\n/* The most that a statement has. */\nenum { SQL_PARAMS = " most_params ", SQL_PARTS = " most_parts " };" > to
    print "\n/* What rows are made of: the columns of one statement (its enum sql), or those that several have. */\nenum sql_row {" > to
    print "    SQL_ROW_NONE = SQL_COUNT," > to
    for (i = 1; i <= n_shared_rows; i++)
        print "    SQL_ROW_" toupper(shared_rows[i]) "," > to
    print "};\n\n/* A column: what it is of, and its place there. */\n#define SQL_COLUMN(row, at) (((int)(row) + 1) * 256 + (at))" > to
    for (i = 1; i <= n_shared_rows; i++) {
        name = shared_by[shared_rows[i]]
        printf "%s", column_enum("SQL_ROW_" toupper(shared_rows[i]), toupper(shared_rows[i]), shared_from[shared_rows[i]],
            shared_to[shared_rows[i]]) > to
    }
    close(to)
}

# Sets a bit; mawk has no bit operations.
function null_bits(bits, i) {
    for (i = n_params[name]; i >= 1; i--)
        bits = 2 * bits + (param_null[name, i] ? 1 : 0)
    return bits + 0
}

function parts_list(list, i) {
    for (i = 1; i <= n_parts[name]; i++)
        list = list (i > 1 ? ", " : "") "{" (part_row[name, i] == "" ? "SQL_" toupper(name) : "SQL_ROW_" toupper(part_row[name, i])) \
            " + 1, " part_from[name, i] "}"
    return list
}

function write_statements(to, i, j, list, n, lines) {
    print "/* Generated from sql/queries. */\n#include \"db/sql.h\"\nconst struct sql_statement sql_statements[SQL_COUNT] = {" > to
    for (i = 1; i <= n_names; i++) {
        name = names[i]
        list = ""
        for (j = 1; j <= n_params[name]; j++)
            list = list (j > 1 ? " " : "") param[name, j]
        print "    [SQL_" toupper(name) "] = {.name = \"" name "\", .n_params = " n_params[name] ", .params = \"" list "\"," > to
        print "     .nulls = " null_bits() ", .n_columns = " n_columns[name] ", .parts = {" parts_list() "}, .text =" > to
        n = split(texts[name], lines, "\n")
        for (j = 1; j < n; j++)
            printf "%s", quoted(lines[j]) > to
        print "    }," > to
    }
    print "};" > to
    close(to)
}

function params_struct(list, i) {
    list = "struct sql_" name " {\n"
    for (i = 1; i <= n_params[name]; i++)
        list = list "    const char *" param[name, i] "; /* " param_type[name, i] (param_null[name, i] ? ", NULL" : "") \
            (param_prose[name, i] != "" ? " " param_prose[name, i] : "") " */\n"
    return list "};\n"
}

function call_function(list, i) {
    if (n_params[name] == 0)
        return "static inline struct sql_call sql_" name "(void) {\n    return (struct sql_call){.statement = SQL_" toupper(name) "};\n}\n"
    for (i = 1; i <= n_params[name]; i++)
        list = list (i > 1 ? ", " : "") "p." param[name, i]
    return "static inline struct sql_call sql_" name "_(struct sql_" name " p) {\n    return (struct sql_call){SQL_" toupper(name) ", {" list \
        "}};\n}\n#define sql_" name "(...) sql_" name "_((struct sql_" name "){__VA_ARGS__})\n"
}

function write_folders(i, j, to, seen) {
    for (i = 1; i <= n_names; i++) {
        name = names[i]
        to = out "/sql/" folder[name] ".h"
        if (!(to in seen)) {
            seen[to] = 1
            print "/* Generated from sql/queries/" folder[name] ". */\n#ifndef MUSTER_SQL_" toupper(folder[name]) "_H\n#define MUSTER_SQL_" \
                toupper(folder[name]) "_H\n\n#include \"db/sql.h\"" > to
        }
        printf "\n/* sql/queries/%s/%s.sql */\n%s%s", folder[name], name, n_params[name] ? params_struct() : "", call_function() > to
        for (j = 1; j <= n_parts[name]; j++)
            if (part_row[name, j] == "")
                printf "%s", column_enum("SQL_" toupper(name), toupper(name), part_from[name, j], part_to[name, j]) > to
    }
    for (to in seen) {
        print "\n#endif" > to
        close(to)
    }
}

function joined(list, n, text, i) {
    for (i = 1; i <= n; i++)
        text = text (i > 1 ? "," : "") list[name, i]
    return text
}

function describe(i) {
    for (i = 1; i <= n_names; i++) {
        name = names[i]
        print path[name] "|" joined(param_type, n_params[name]) "|" joined(column, n_columns[name]) "|" \
            joined(column_type, n_columns[name])
    }
}

END {
    if (name != "")
        finish()
    if (failed)
        exit 1
    if (out == "") {
        describe()
        exit
    }
    write_names(out "/sql_names.h")
    write_statements(out "/sql_statements.c")
    write_folders()
}
