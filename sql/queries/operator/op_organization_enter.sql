-- Makes the operator's organization (slug or id) the tenant of this transaction; no row: it does not exist.
-- params: 1 organization text? (null: none), 2 removed boolean (removed ones too, by their id)
-- row: organization_id uuid, organization text
select o.id as organization_id, set_config('muster.organization', o.id::text, true) as organization
from muster.organization o
where (o.slug = $1 or o.id = muster.uuid($1)) and (o.removed_at is null or $2::boolean)
      and o.id <> muster.installation()
