create or replace function muster.is_ended(p muster.connection_problem, of_kind text, known text[], names text[], unnamed text[]) returns boolean
    language sql immutable
    as $$
        select (p.kind = of_kind or (of_kind = 'request' and p.kind = 'token'))
               and (p.keys && known
                    or (p.keys && names and (p.keys[1] not like 'x:%' or p.code = 'external_id_taken'))
                    or p.keys && unnamed)
    $$;

comment on function muster.is_ended(muster.connection_problem, text, text[], text[], text[]) is
'Whether a taken request ends a problem. Two people may have one userName: if both have an externalId it tells them
apart, unless that was the mistake. It is inlined.
Parameters: p: the problem; of_kind: as for forget_problems(); known: keys of the request; names: keys of its users''
names; unnamed: those of users without an externalId.
Returns: whether it does.
Locks: none.
Called by: forget_problems().';
