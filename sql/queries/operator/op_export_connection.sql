-- The connections, without a rotation or an end that is under way (tokens and keys are not part of it) and without what
-- is noted of their requests, of the organization as lines of an export, from one on.
-- params: 1 limit bigint, 2 after uuid? (null: the first)
-- row export: line text, k1 text, k2 text
select '{"type":"connection",' || substr((to_jsonb(x) - '{organization_id,rotation_token_id,troubled}'::text[]
                                          - '{ending_at,ending_by_type,ending_by,ending_keeps,ending_total}'::text[])::text, 2) as line,
       x.id::text as k1, null as k2
from muster.connection x
where x.organization_id = muster.organization_id() and ($2::uuid is null or x.id > $2::uuid)
order by x.id
limit $1::bigint
