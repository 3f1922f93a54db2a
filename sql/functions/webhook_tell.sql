create or replace function muster.webhook_tell(organization uuid, action text, target_type text, target uuid, data jsonb) returns void
    language sql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
        insert into muster.audit_event
        select e.*
        from (select muster.uuid7() as id) i
        cross join lateral muster.event(organization, i.id, now(), action, null, target_type, target, data, i.id, null, 'operator', null) e
    $$;

comment on function muster.webhook_tell(uuid, text, text, uuid, jsonb) is
'Writes an event of the worker itself.
Parameters: organization: whose log; action; target_type, target: the changed object; data: an object.
Returns: nothing.
Locks: none.
Called by: webhook_outcome.';

revoke all on function muster.webhook_tell(uuid, text, text, uuid, jsonb) from public;
grant execute on function muster.webhook_tell(uuid, text, text, uuid, jsonb) to muster_deliver;
