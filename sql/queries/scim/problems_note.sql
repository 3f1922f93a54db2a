-- Notes or counts problems of a connection (muster.note_problems); after tenant_set.
-- params: 1 connection_id uuid, 2 problems jsonb (objects with columns of connection_problem), 3 request_id uuid
-- row: none
select from muster.note_problems($1::uuid, $2::jsonb, $3::uuid)
