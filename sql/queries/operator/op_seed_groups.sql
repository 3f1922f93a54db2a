-- Makes groups as copies of one (muster.seed_groups).
-- params: 1 template uuid, 2 first bigint, 3 low bigint, 4 high bigint
-- row: made void
select muster.seed_groups($1::uuid, $2::bigint, $3::bigint, $4::bigint) as made
