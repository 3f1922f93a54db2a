-- Changes the members that the object has; a null limit does not apply.
-- params: 1 changes jsonb?
-- row: none
with o as (
    update muster.organization o
    set (name, max_users, max_groups, max_group_members, rate, burst, protect_last_admin) =
        (select r.name, r.max_users, r.max_groups, r.max_group_members, r.rate, r.burst, r.protect_last_admin
         from jsonb_populate_record(o, $1::jsonb - 'verified_domains') r)
    where o.id = muster.organization_id()
), gone as (
    delete from muster.organization_domain d
    where d.organization_id = muster.organization_id() and $1::jsonb ? 'verified_domains' and not exists (
        select from jsonb_array_elements_text($1::jsonb -> 'verified_domains') kept (domain) where lower(kept.domain) = d.domain)
)
insert into muster.organization_domain (organization_id, domain)
select muster.organization_id(), lower(d.domain)
from jsonb_array_elements_text(coalesce($1::jsonb -> 'verified_domains', '[]')) d (domain)
on conflict do nothing
