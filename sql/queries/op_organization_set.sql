-- Changes what the object names; a null limit does not apply.
-- params: 1 id uuid, 2 changes jsonb
-- row: id uuid
with o as (
    update muster.organization o
    set name = coalesce($2::jsonb ->> 'name', o.name),
        max_users = case when $2::jsonb ? 'max_users' then ($2::jsonb ->> 'max_users')::integer else o.max_users end,
        max_groups = case when $2::jsonb ? 'max_groups' then ($2::jsonb ->> 'max_groups')::integer else o.max_groups end,
        max_group_members = case when $2::jsonb ? 'max_group_members' then ($2::jsonb ->> 'max_group_members')::integer
                                 else o.max_group_members end,
        rate = case when $2::jsonb ? 'rate' then ($2::jsonb ->> 'rate')::integer else o.rate end,
        burst = case when $2::jsonb ? 'burst' then ($2::jsonb ->> 'burst')::integer else o.burst end
    where o.id = $1::uuid
    returning *
), gone as (
    delete from muster.organization_domain d
    where d.organization_id = $1::uuid and $2::jsonb ? 'verified_domains' and not ($2::jsonb -> 'verified_domains') ? d.domain
), added as (
    insert into muster.organization_domain (organization_id, domain)
    select $1::uuid, lower(d.domain)
    from jsonb_array_elements_text(coalesce($2::jsonb -> 'verified_domains', '[]')) d (domain)
    on conflict do nothing
)
select o.id from o
