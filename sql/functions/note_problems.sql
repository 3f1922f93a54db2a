create or replace function muster.note_problems(connection uuid, problems jsonb, request uuid) returns void
    language plpgsql volatile
    as $$
declare
    p muster.connection_problem;
begin
    -- Before the rows of problems, as in forget_problems(): so the mark is right, and nobody waits in a circle.
    perform from muster.connection c where c.organization_id = muster.organization_id() and c.id = connection for no key update;
    for p in select * from jsonb_populate_recordset(null::muster.connection_problem, problems)
    loop
        insert into muster.connection_problem as x (organization_id, connection_id, code, kind, keys, resource_id, name, user_name, external_id,
                                                    reason, method, what, status, detail, request_id)
        values (muster.organization_id(), connection, p.code, p.kind, p.keys, p.resource_id, p.name, p.user_name, p.external_id,
                p.reason, p.method, p.what, p.status, p.detail, request)
        on conflict (organization_id, connection_id, code, kind, keys) do update
        set count = x.count + 1, last_at = now(), name = coalesce(excluded.name, x.name),
            user_name = coalesce(excluded.user_name, x.user_name), external_id = coalesce(excluded.external_id, x.external_id),
            reason = excluded.reason, method = excluded.method, what = excluded.what, status = excluded.status,
            detail = excluded.detail, request_id = excluded.request_id;
    end loop;
    delete from muster.connection_problem x
    using (select o.code, o.kind, o.keys
           from (select i.code, i.kind, i.keys, i.last_at, row_number() over (order by i.last_at desc) as place
                 from muster.connection_problem i
                 where i.organization_id = muster.organization_id() and i.connection_id = connection) o
           where o.place > 500 or o.last_at < now() - interval '90 days') o
    where x.organization_id = muster.organization_id() and x.connection_id = connection and x.code = o.code and x.kind = o.kind
          and x.keys = o.keys;
    update muster.connection c set troubled = 'troubled'
    where c.organization_id = muster.organization_id() and c.id = connection and c.troubled is null;
end
$$;

comment on function muster.note_problems(uuid, jsonb, uuid) is
'Notes what was refused to a connection of the transaction''s organization, or counts it once more. A connection has 500
problems at most; the oldest go first, and so does what is older than ninety days.
Parameters: connection; problems: an array of objects, whose members are columns of connection_problem; request: its id.
Returns: nothing.
Locks: the connection''s row, the problems.
Called by: problems_note.';
