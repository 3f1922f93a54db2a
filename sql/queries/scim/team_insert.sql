-- A new team. 23505: team_name.
-- params: 1 id uuid, 2 name text, 3 name_key text, 4 at timestamptz
-- row: none
insert into muster.team (organization_id, id, name, name_key, created_at, updated_at)
values (muster.organization_id(), $1::uuid, $2, $3, $4::timestamptz, $4::timestamptz)
