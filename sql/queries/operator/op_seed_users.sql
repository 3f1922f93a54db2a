-- Makes users as copies of one (muster.seed_users).
-- params: 1 template uuid, 2 first bigint, 3 low bigint, 4 high bigint, 5 given_names text[], 6 family_names text[]
-- row: made void
select muster.seed_users($1::uuid, $2::bigint, $3::bigint, $4::bigint, $5::text[], $6::text[]) as made
