create or replace function muster.forget_problems(connection uuid, of_kind text, ids uuid[], taken text[]) returns void
    language plpgsql volatile
    as $$
declare
    known text[] := taken || ids::text[];
    names text[] := array[]::text[];
    unnamed text[] := array[]::text[];
begin
    if of_kind = 'user' then
        select known || coalesce(array_agg('x:' || u.external_id) filter (where u.external_id is not null), '{}'),
               coalesce(array_agg('n:' || coalesce(u.former_user_name_key, u.user_name_key)), '{}'),
               coalesce(array_agg('n:' || coalesce(u.former_user_name_key, u.user_name_key)) filter (where u.external_id is null), '{}')
        into known, names, unnamed
        from muster.scim_user u where u.organization_id = muster.organization_id() and u.id = any (ids);
    elsif of_kind = 'group' then
        select known || coalesce(array_agg('n:' || g.display_name_key), '{}') into known
        from muster.scim_group g where g.organization_id = muster.organization_id() and g.id = any (ids);
    end if;
    if not exists (select from muster.connection_problem p
                   where p.organization_id = muster.organization_id() and p.connection_id = connection
                         and muster.is_ended(p, of_kind, known, names, unnamed)) then
        return;
    end if;
    -- Before the rows of problems, as in note_problems().
    perform from muster.connection c where c.organization_id = muster.organization_id() and c.id = connection for no key update;
    delete from muster.connection_problem p
    where p.organization_id = muster.organization_id() and p.connection_id = connection
          and muster.is_ended(p, of_kind, known, names, unnamed);
    update muster.connection c set troubled = null
    where c.organization_id = muster.organization_id() and c.id = connection
          and not exists (select from muster.connection_problem p
                          where p.organization_id = muster.organization_id() and p.connection_id = connection);
end
$$;

comment on function muster.forget_problems(uuid, text, uuid[], text[]) is
'Ends the problems that a taken request of a connection of the transaction''s organization ends.
Parameters: connection; of_kind: user or group: those of the resources; request: those of requests and of tokens;
ids: of the resources; taken: other keys.
Returns: nothing.
Locks: if there are such problems, the connection''s row and the problems.
Called by: problems_forget.';
