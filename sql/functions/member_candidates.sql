create or replace function muster.member_candidates(way text, term text, role text, team uuid, source uuid, after_key text, after_id uuid, look bigint)
    returns table (key text, id uuid, member_id uuid, n bigint)
    language sql stable parallel safe
    as $$
        with range as (
            select r.low, r.low || chr(1114111) as high from (select term as low) r
        )
        (select '', m.id, m.id, row_number() over (order by m.id)
         from muster.member m
         where way = 'created' and m.organization_id = muster.organization_id() and m.id > after_id
         order by m.id limit look)
        union all
        (select '', m.id, m.id, row_number() over (order by m.id desc)
         from muster.member m
         where way = 'newest' and m.organization_id = muster.organization_id() and m.id < after_id
         order by m.id desc limit look)
        union all
        (select '', m.id, m.id, row_number() over (order by m.id)
         from muster.member m
         where way = 'ended' and m.organization_id = muster.organization_id() and m.status = 'deactivated' and m.id > after_id
         order by m.id limit look)
        union all
        (select '', m.id, m.id, row_number() over (order by m.id)
         from muster.member m
         where way = 'role' and m.organization_id = muster.organization_id() and m.organization_role = role
               and m.organization_role <> 'org:member' and m.id > after_id
         order by m.id limit look)
        union all
        (select '', tm.member_id, tm.member_id, row_number() over (order by tm.member_id)
         from muster.team_member tm
         where way = 'team' and tm.organization_id = muster.organization_id() and tm.team_id = team and tm.member_id > after_id
         order by tm.member_id limit look)
        union all
        (select '', u.id, u.member_id, row_number() over (order by u.id)
         from muster.scim_user u
         where way = 'source' and u.organization_id = muster.organization_id() and u.connection_id = source and u.removed_at is null
               and u.id > after_id
         order by u.id limit look)
        union all
        (select k.word, k.member_id, k.member_id, row_number() over (order by k.word, k.member_id)
         from ((select w.word, w.member_id
                from muster.member_word w
                where way = 'name' and w.organization_id = muster.organization_id() and w.whole and (w.word, w.member_id) > (after_key, after_id)
                order by w.word, w.member_id limit look)
               union all
               (select n.word, u.id
                from (select m.* from muster.member m
                      where way = 'name' and m.organization_id = muster.organization_id() and not m.filed
                      order by m.id limit case when look is not null then greatest(look, 1000) end) u
                cross join lateral (select muster.member_sort_name(u.display_name, u.first_name, u.last_name, u.email) collate "C" as word) n
                where (n.word, u.id) > (after_key, after_id))) k
         order by k.word, k.member_id limit look)
        union all
        (select k.word, k.member_id, k.member_id, row_number() over (order by k.word, k.member_id)
         from ((select w.word, w.member_id
                from muster.member_word w
                where way = 'word' and w.organization_id = muster.organization_id() and not w.whole and w.word >= (select r.low from range r)
                      and w.word < (select r.high from range r) and (w.word, w.member_id) > (after_key, after_id)
                order by w.word, w.member_id limit look)
               union all
               (select n.word, u.id
                from (select m.* from muster.member m
                      where way = 'word' and m.organization_id = muster.organization_id() and not m.filed
                      order by m.id limit case when look is not null then greatest(look, 1000) end) u
                cross join lateral (select unnest(muster.member_words(u.display_name, u.first_name, u.last_name, u.email)) collate "C" as word) n
                where n.word ^@ term and (n.word, u.id) > (after_key, after_id))) k
         order by k.word, k.member_id limit look)
    $$;

comment on function muster.member_candidates(text, text, text, uuid, uuid, text, uuid, bigint) is
'The next members of a list, in its order: as many as a request may look at. Each way has its index. PostgreSQL inlines it.
Parameters: way: created, newest, ended (the deactivated, as created), role (another than org:member), team, source (those of
a connection, in the order of their SCIM users), name, or word (those found by a word that begins with the term, which is
folded, in the order of these words); term, role, team, source: as the way needs them; after_key, after_id: the place behind which to
begin; look: how many; of members who are not filed yet, too (file_members()).
Returns: key and id: the place; the member; n: numbers in the order.
Locks: none.
Called by: api_member_list.';
