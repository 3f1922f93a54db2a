-- What a leaver's request could not do to others: they were locked or damaged, and access ended without it.
create table muster.left_behind (
    organization_id uuid not null,
    user_id uuid not null,
    other_id uuid not null,
    connection_id uuid not null,
    kind text not null check (kind in ('group', 'report')),
    due_at timestamptz(3) not null default now(),
    tries integer not null default 0,
    primary key (organization_id, user_id, other_id)
);
create index left_behind_due on muster.left_behind (due_at);
select muster.protect('muster.left_behind', 'muster_scim', 'select, insert, delete');
create policy background on muster.left_behind to muster_deliver using (true);
grant update on muster.left_behind to muster_deliver;
comment on table muster.left_behind is
    'Groups that a removed user is still to leave, and users whose manager it still is. muster-deliver does it, one by one, later and later if it fails.';
comment on column muster.left_behind.user_id is 'who left';

insert into muster.schema_migration (number, name) values (26, '0026_left_behind');
