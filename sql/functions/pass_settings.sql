-- first: triggers call it
create or replace function muster.pass_settings() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    organization uuid := coalesce((to_jsonb(new) ->> 'organization_id')::uuid, new.id);
begin
    if tg_table_name = 'connection' then
        update muster.token t set of_connection = null where t.organization_id = organization and t.connection_id = new.id;
    else
        update muster.token t set of_organization = null where t.organization_id = organization;
    end if;
    return null;
end
$$;

comment on function muster.pass_settings() is
'Has the tokens of a connection or an organization that has changed keep what it says now (keep_settings()), whoever
changes it: a program of this release or of the one before, an import, an operator.
Parameters: none: a trigger.
Returns: null.
Locks: the tokens'' rows.
Called by: triggers settings of connection and organization.';

revoke all on function muster.pass_settings() from public;
