-- first: triggers call it
create or replace function muster.unfile_member() returns trigger
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
begin
    delete from muster.member_word w where w.organization_id = old.organization_id and w.member_id = old.id;
    new.filed := false;
    return new;
end
$$;

comment on function muster.unfile_member() is
'Takes a member whose names or address change out of member_word, until file_members() has put in the new ones.
Parameters: none: a trigger.
Returns: the member.
Locks: the rows of member_word.
Called by: the trigger words_changed of member.';

revoke all on function muster.unfile_member() from public;
