create or replace function muster.time_text(t timestamptz) returns text
    language sql stable parallel safe
    as $$ select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

comment on function muster.time_text(timestamptz) is
'A time as clients see it: UTC with milliseconds.
Parameters: t.
Returns: 2026-01-31T12:00:00.000Z; null for null.
Locks: none.
Called by: statements and functions that show times.';
