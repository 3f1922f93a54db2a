create or replace function muster.webhook_make_kept(behind uuid, most integer)
    returns table (turn uuid, deliveries bigint)
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $$
declare
    endpoints bigint;
begin
    deliveries := 0;
    select coalesce((select u.organization_id from muster.webhook_unmade u where u.organization_id > behind order by u.organization_id limit 1),
                    (select u.organization_id from muster.webhook_unmade u order by u.organization_id limit 1)) into turn;
    if turn is null then
        return;
    end if;
    -- The first event is the lock of all: the order of an organization's events is that of their numbers.
    perform from (select u.organization_id, u.sequence from muster.webhook_unmade u
                  where u.organization_id = turn order by u.sequence limit 1) f
    cross join lateral (select u.sequence from muster.webhook_unmade u
                        where u.organization_id = f.organization_id and u.sequence = f.sequence for update of u skip locked) l;
    if not found then
        deliveries := null;
        return next;
        return;
    end if;
    select greatest(count(*), 1) into endpoints
    from muster.webhook_endpoint w
    where w.organization_id in (turn, muster.installation()) and w.events is not null and w.status = 'enabled' and w.removed_at is null;
    with taken as (
        delete from muster.webhook_unmade u
        using (select n.sequence from muster.webhook_unmade n where n.organization_id = turn
               order by n.sequence limit greatest(most / endpoints, 1)) n
        where u.organization_id = turn and u.sequence = n.sequence
        returning u.sequence, u.event_id, u.action, u.target_id, u.superseded
    )
    select muster.webhook_make(turn, null, array_agg(t.sequence), array_agg(t.event_id), array_agg(t.action), array_agg(t.target_id),
                               array_agg(t.superseded)) into deliveries
    from taken t;
    return next;
end
$$;

comment on function muster.webhook_make_kept(uuid, integer) is
'Makes deliveries of one organization''s events that webhook_make_or_keep() has kept, the organizations by turns.
Parameters: behind: the organization whose turn was last, null: none; most: some deliveries at once, but at least one event''s.
Returns: turn: the organization; deliveries: how many were made, null: another worker is at it; no row: nothing is kept.
Locks: the first kept event of the organization, skipped if another worker has it; rows of webhook_queue and
webhook_delivery.
Called by: deliver_make_kept.';

revoke all on function muster.webhook_make_kept(uuid, integer) from public;
grant execute on function muster.webhook_make_kept(uuid, integer) to muster_deliver;
