-- The sessions and the unopened links of an organization that have not ended, in the order of their
-- creation, from one on.
-- params: 1 after uuid? (null: the first), 2 limit bigint? (null: all)
-- row object: object json
-- row listed: id uuid
select muster.object(s) as object, s.id
from muster.portal_session s
where s.organization_id = muster.organization_id() and s.id > case when $1::uuid is null then muster.installation() else $1::uuid end
      and s.ended_at is null
      and coalesce(muster.portal_idle_end(s.organization_id, s.used_at, s.expires_at), s.link_expires_at) > now()
order by s.id
limit $2::bigint
