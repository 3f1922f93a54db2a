-- first: triggers call it
create or replace function muster.keep_modified() returns trigger
    language plpgsql volatile
    as $$
begin
    if tg_op = 'INSERT' then
        insert into muster.scim_modified (organization_id, connection_id, type, modified_at, id)
        values (new.organization_id, new.connection_id, tg_argv[0], new.modified_at, new.id);
    elsif tg_op = 'UPDATE' then
        update muster.scim_modified m set modified_at = new.modified_at
        where m.organization_id = old.organization_id and m.connection_id = old.connection_id and m.type = tg_argv[0]
              and m.modified_at = old.modified_at and m.id = old.id;
    else
        delete from muster.scim_modified m
        where m.organization_id = old.organization_id and m.connection_id = old.connection_id and m.type = tg_argv[0]
              and m.modified_at = old.modified_at and m.id = old.id;
    end if;
    return null;
end
$$;

comment on function muster.keep_modified() is
'Keeps scim_modified as the users and groups are, whoever writes them: a program of this release or of the one before,
an import, an operator.
Parameters: User or Group: a trigger.
Returns: null.
Locks: the row of scim_modified.
Called by: triggers modified of scim_user and scim_group.';

revoke all on function muster.keep_modified() from public;
