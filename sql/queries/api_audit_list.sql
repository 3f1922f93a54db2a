-- The newest audit events of an organization, newest first, from one on; the action may be a beginning.
-- params: 1 action text (null: any), 2 prefix text (null: none), 3 from timestamptz (null: none), 4 to timestamptz (null: none), 5 actor_id uuid (null: any), 6 target_id uuid (null: any), 7 before_at timestamptz (null: the newest), 8 before_id uuid, 9 limit bigint (null: all)
-- row: object json, id uuid
select muster.object(e) as object, e.id
from muster.audit_event e
where e.organization_id = muster.organization_id() and ($1::text is null or e.action = $1::text) and ($2::text is null or e.action ^@ $2::text)
      and ($3::timestamptz is null or e.at >= $3::timestamptz) and ($4::timestamptz is null or e.at < $4::timestamptz)
      and ($5::uuid is null or e.actor_id = $5::uuid) and ($6::uuid is null or e.target_id = $6::uuid)
      and ($7::timestamptz is null or (e.at, e.id) < ($7::timestamptz, $8::uuid))
order by e.at desc, e.id desc
limit $9::bigint
