-- Somebody looks at a connection's requests for the next half minute: those of its tokens are written every two
-- seconds. Written when less than half of it is left, without waiting for a lock.
-- params: 1 id text
-- row: none
update muster.token t set watched_until = now() + interval '30 seconds'
where t.organization_id = muster.organization_id()
      and t.id in (select w.id from muster.token w
                   where w.organization_id = muster.organization_id() and w.connection_id = muster.uuid($1) and w.revoked_at is null
                         and (w.watched_until is null or w.watched_until < now() + interval '15 seconds')
                   for no key update skip locked)
