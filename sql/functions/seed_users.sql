create or replace function muster.seed_users(template uuid, first bigint, low bigint, high bigint, given_names text[], family_names text[])
    returns void
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $$
declare
    u muster.scim_user;
    numbers text := format('select k from generate_series(%s::bigint, %s::bigint) k', low, high);
    old text[];
    new text[];
begin
    select x.* into strict u from muster.scim_user x where x.organization_id = muster.organization_id() and x.id = template;
    old := array[u.id::text, u.member_id::text, 'user' || lpad(first::text, 7, '0'),
                 given_names[1], lower(given_names[1]), family_names[1], lower(family_names[1])];
    new := array[muster.seed_id(u.id, 'n.k'), muster.seed_id(u.member_id, 'n.k'),
                 format('''user'' || lpad((n.k + %s)::text, 7, ''0'')', first),
                 format('(%L::text[])[1 + n.k %% %s]', given_names, cardinality(given_names)),
                 format('lower((%L::text[])[1 + n.k %% %s])', given_names, cardinality(given_names)),
                 format('(%L::text[])[1 + n.k %% %s]', family_names, cardinality(family_names)),
                 format('lower((%L::text[])[1 + n.k %% %s])', family_names, cardinality(family_names))];
    perform muster.seed_rows('member', (select to_jsonb(m) from muster.member m where m.organization_id = u.organization_id and m.id = u.member_id),
                             numbers, old, new);
    perform muster.seed_rows('scim_user', to_jsonb(u), numbers, old, new);
    perform muster.seed_rows('scim_user_email', to_jsonb(e), numbers, old, new)
    from muster.scim_user_email e
    where e.organization_id = u.organization_id and e.user_id = u.id;
end
$$;

comment on function muster.seed_users(uuid, bigint, bigint, bigint, text[], text[]) is
'Makes users of the tenant with their members, as copies of one user.
Parameters: template: id of that user, whose userName begins with "user" and the number first (seven digits), and who
has the first of each names; low, high: numbers of the copies, from 1 on; given_names, family_names: names of copies.
Returns: nothing.
Locks: none.
Called by: op_seed_users.';

revoke all on function muster.seed_users(uuid, bigint, bigint, bigint, text[], text[]) from public;
