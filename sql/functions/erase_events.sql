create or replace function muster.erase_events(organization uuid, targets uuid[], texts text[]) returns bigint
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    ids uuid[] := array(select e.id
                        from muster.audit_event e
                        where e.organization_id = organization and e.erased_at is null
                              and (e.target_id = any (targets)
                                   or exists (select from unnest(texts) t
                                              where strpos(lower(e.data::text), lower(to_jsonb(t)::text)) > 0
                                                    or (e.action = 'scim.request.refused'
                                                        and strpos(lower(e.data ->> 'detail'), lower(t)) > 0))));
    erased bigint;
begin
    perform from muster.sealer for update;
    with gone as (
        update muster.audit_event e
        set data = '{"erased": true}', erased_at = now()
        where e.organization_id = organization and e.id = any (ids) and e.erased_at is null
        returning e.id
    ), salts as (
        update muster.audit_seal s set salt = null
        from gone
        where s.organization_id = organization and s.event_id = gone.id
    ), waiting as (
        update muster.audit_pending p set salt = null
        from gone
        where p.organization_id = organization and p.event_id = gone.id
    ), answers as (
        update muster.webhook_delivery d set response = null
        from gone
        where d.organization_id = organization and d.event_id = gone.id and d.response is not null
    )
    select count(*) into erased from gone;
    return erased;
end
$$;

comment on function muster.erase_events(uuid, uuid[], text[]) is
'Erases the data of an organization''s events of the targets, and of events that have one of the texts (email addresses)
as a whole value, whatever its case; in the answer to a refused request a text may occur anywhere. Also erases
their salts, of those too that wait to be sealed, and the answers of their deliveries. This is the only way to change an
event. Nothing is sealed meanwhile: an event that is sealed and erased at the same moment would keep its salt.
Parameters: organization; targets: ids; texts.
Returns: how many events.
Locks: the row of muster.sealer, to the end of the transaction; the events.
Called by: op_erase.';

revoke all on function muster.erase_events(uuid, uuid[], text[]) from public;
