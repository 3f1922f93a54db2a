-- Sends a webhook events of an organization, by their sequence numbers; how many. No row: there is no such
-- organization.
-- params: 1 endpoint_id text, 2 organization text? (slug or id; null: the tenant), 3 from bigint, 4 to bigint
-- row: made bigint, organization_id uuid
select muster.webhook_enqueue(o.id, array(select generate_series($3::bigint, $4::bigint)), muster.uuid($1)) as made, o.id as organization_id
from muster.organization o
where case when $2::text is null then o.id = muster.organization_id() else o.slug = $2::text or o.id = muster.uuid($2::text) end
      and o.removed_at is null
