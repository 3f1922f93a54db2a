-- Notes a request of a connection as its last one, and as its first if there was none; after tenant_set.
-- params: 1 connection_id uuid, 2 method text, 3 what text? (the route; null: none), 4 status smallint,
--         5 token_id uuid, 6 request_id uuid, 7 taken boolean (it was not refused)
-- row: none
insert into muster.connection_request as r (organization_id, connection_id, place, at, method, what, status, token_id, request_id)
select muster.organization_id(), $1::uuid, p.place, now(), $2, $3, $4::smallint, $5::uuid, $6::uuid
from (values ('first'), ('last'), ('taken')) p (place)
where case p.place when 'taken' then $7::boolean
                   when 'first' then not exists (select from muster.connection_request f
                                                 where f.organization_id = muster.organization_id() and f.connection_id = $1::uuid
                                                       and f.place = 'first')
                   else true end
on conflict (organization_id, connection_id, place) do update
set at = excluded.at, method = excluded.method, what = excluded.what, status = excluded.status, token_id = excluded.token_id,
    request_id = excluded.request_id
where r.place <> 'first'
