-- Deletes some of the deliveries that ended long ago; returns how many.
-- params: 1 days integer, 2 most integer
-- row: gone bigint
with old as (
    select d.organization_id, d.id
    from muster.webhook_delivery d
    where d.finished_at < now() - make_interval(days => $1::integer)
    order by d.finished_at
    limit $2::integer
), gone as (
    delete from muster.webhook_delivery d using old
    where d.organization_id = old.organization_id and d.id = old.id and d.finished_at is not null
    returning d.id
)
select count(*) as gone from gone
