create or replace function muster.webhook_make_or_keep(organization uuid, made bigint, sequences bigint[], events uuid[], actions text[],
                                                       targets uuid[]) returns bigint
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    endpoints bigint;
begin
    select count(*) into endpoints
    from muster.webhook_endpoint w
    where w.organization_id in (organization, muster.installation()) and w.events is not null and w.status = 'enabled' and w.removed_at is null;
    if endpoints = 0 then
        return 0;
    end if;
    if made + endpoints * cardinality(sequences) <= 1000
       and not exists (select from muster.webhook_unmade u where u.organization_id = organization) then
        return muster.webhook_make(organization, null, sequences, events, actions, targets, array_fill(false, array[cardinality(sequences)]));
    end if;
    insert into muster.webhook_unmade (organization_id, sequence, event_id, action, target_id)
    select organization, e.sequence, e.id, e.action, e.target_id
    from unnest(sequences, events, actions, targets) e (sequence, id, action, target_id)
    where muster.webhook_lane(e.action) > 0;
    update muster.webhook_unmade u
    set superseded = true
    from unnest(sequences, actions, targets) l (sequence, action, target_id)
    where u.organization_id = organization and u.target_id = l.target_id and u.sequence < l.sequence and not u.superseded
          and muster.webhook_lane(l.action) = 0;
    return (select coalesce(muster.webhook_make(organization, null, array_agg(e.sequence), array_agg(e.id), array_agg(e.action),
                                                array_agg(e.target_id), array_agg(false)), 0)
            from unnest(sequences, events, actions, targets) e (sequence, id, action, target_id)
            where muster.webhook_lane(e.action) = 0
            having count(*) > 0);
end
$$;

comment on function muster.webhook_make_or_keep(uuid, bigint, bigint[], uuid[], text[], uuid[]) is
'Makes the deliveries of events that were just sealed, or keeps the events for webhook_make_kept() if a round would have
more than a thousand of them, or older ones are kept. A leaver''s are always made at once; what is kept of the same
target is then superseded.
Parameters: organization; made: deliveries that the round has made so far; sequences, events, actions, targets: as for
webhook_make().
Returns: how many were made.
Locks: as webhook_make().
Called by: audit_seal_next.';

revoke all on function muster.webhook_make_or_keep(uuid, bigint, bigint[], uuid[], text[], uuid[]) from public;
