-- first: triggers call it
create or replace function muster.refuse_delete() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
begin
    raise exception 'rows of % are marked as ended, never deleted: other tables name them', tg_relid::regclass
        using errcode = 'foreign_key_violation';
end
$$;

comment on function muster.refuse_delete() is
'Keeps rows that others name by their id. It stands in for foreign keys: these would read and lock the named row at every
write, although nothing of ours ever deletes one.
Parameters: none: a trigger.
Returns: nothing; it raises 23503.
Locks: none.
Called by: triggers kept and kept_truncate of organization, connection, member and scim_user.';
