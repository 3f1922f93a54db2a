-- Ends the problems that a taken request ends (muster.forget_problems); after tenant_set.
-- params: 1 connection_id uuid, 2 kind text (user, group, request), 3 ids uuid[], 4 taken text[] (other keys)
-- row: none
select from muster.forget_problems($1::uuid, $2, $3::uuid[], $4::text[])
