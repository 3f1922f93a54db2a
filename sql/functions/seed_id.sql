create or replace function muster.seed_id(template uuid, number text) returns text
    language sql stable parallel safe
    as $$
        select format('case when %s = 0 then %L else %L || lpad(to_hex(%s), 8, ''0'') end', number, template, left(template::text, 28), number)
    $$;

comment on function muster.seed_id(uuid, text) is
'The id of a copy: the UUIDv7 of the copied object with the number of the copy at its end, so that ids ascend.
Parameters: template: the copied object''s id; number: an expression for the number of the copy, 0: the object itself.
Returns: an expression for the id, as text.
Locks: none.
Called by: seed_users, seed_groups, seed_members.';

revoke all on function muster.seed_id(uuid, text) from public;
