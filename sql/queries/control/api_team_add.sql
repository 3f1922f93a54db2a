-- A team without a group. 23505: team_name.
-- params: 1 id uuid, 2 name text, 3 name_key text
-- row object: object json
with t as (
    insert into muster.team as t (organization_id, id, name, name_key) values (muster.organization_id(), $1::uuid, $2, $3) returning t
)
select muster.object(t.t) as object from t
