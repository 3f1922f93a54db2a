-- Locks the new token of a connection's rotation, and says in what state it is. No row: no rotation is under way.
-- params: 1 connection_id text
-- row: valid boolean, used boolean (at least once)
select t.revoked_at is null and (t.expires_at is null or t.expires_at > now()) as valid, t.last_used_at is not null as used
from muster.connection c
join muster.token t on t.organization_id = c.organization_id and t.id = c.rotation_token_id
where c.organization_id = muster.organization_id() and c.id = muster.uuid($1)
for no key update of t
