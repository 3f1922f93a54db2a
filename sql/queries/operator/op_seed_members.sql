-- Makes members of groups (muster.seed_members).
-- params: 1 user_template uuid, 2 group_template uuid, 3 low bigint, 4 high bigint, 5 users bigint, 6 size bigint
-- row: made void
select muster.seed_members($1::uuid, $2::uuid, $3::bigint, $4::bigint, $5::bigint, $6::bigint) as made
