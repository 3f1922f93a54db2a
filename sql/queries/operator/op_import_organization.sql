-- Takes the organization of an export, which becomes the tenant of the transaction; its history is announced to nobody.
-- 23505: organization_pkey, organization_slug_key.
-- params: 1 lines jsonb, 2 slug text? (null: its own)
-- row: organization text, quiet text
with o as (
    insert into muster.organization
    select r.*
    from jsonb_populate_record(null::muster.organization, ($1::jsonb -> 0) || case when $2::text is null then '{}'
                                                                                   else jsonb_build_object('slug', $2::text) end) r
    returning id
)
select set_config('muster.organization', o.id::text, true) as organization, set_config('muster.quiet', 'on', true) as quiet from o
