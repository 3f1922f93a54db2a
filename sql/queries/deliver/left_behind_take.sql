-- Something that a leaver's request could not do to others, of any organization, locked. What another process has
-- locked is skipped.
-- params: none
-- row: organization_id uuid, connection_id uuid, user_id uuid, other_id uuid, kind text
select b.organization_id, b.connection_id, b.user_id, b.other_id, b.kind
from muster.left_behind b
where b.due_at <= now()
order by b.due_at
limit 1
for update skip locked
