/*
 * When a resource changed last, in a narrow table instead of an index of the resource's own row: an update of the row would change
 * that index, and so write into all the others as well. Nobody changes a resource until the table is filled: some seconds for a
 * million users.
 */
lock table muster.scim_user, muster.scim_group in access exclusive mode;

create table muster.scim_modified (
    organization_id uuid not null,
    connection_id uuid not null,
    type text collate "C" not null check (type in ('User', 'Group')),
    modified_at timestamptz(3) not null,
    id uuid not null
);
insert into muster.scim_modified (organization_id, connection_id, type, modified_at, id)
select u.organization_id, u.connection_id, 'User', u.modified_at, u.id from muster.scim_user u
union all
select g.organization_id, g.connection_id, 'Group', g.modified_at, g.id from muster.scim_group g;
alter table muster.scim_modified add primary key (organization_id, connection_id, type, modified_at, id);

comment on table muster.scim_modified is
    'modified_at of every scim_user and scim_group, in its order; the function keep_modified writes it with each of their rows.';
select muster.protect('muster.scim_modified', 'muster_scim', 'select, insert, update, delete');

create trigger modified after insert or delete or update of modified_at on muster.scim_user
    for each row execute function muster.keep_modified('User');
create trigger modified after insert or delete or update of modified_at on muster.scim_group
    for each row execute function muster.keep_modified('Group');
drop index muster.scim_user_modified;
drop index muster.scim_group_modified;

comment on index muster.scim_user_user_name is 'user_conflicts, user_insert, user_update (23505); filters and orders by userName';
comment on index muster.scim_user_external_id is 'user_conflicts, user_insert, user_update (23505)';
comment on index muster.scim_user_member is 'user_insert (23505): a member has one live user in a connection; adoptable';
comment on index muster.scim_user_by_external_id is 'user_removed_for_update, member_of_removed_for_update; filters by externalId';
comment on index muster.scim_user_by_email is 'user_removed_for_update, member_of_removed_for_update';
comment on index muster.scim_user_by_link is 'member_links, user_links_lock, member_release, members_read, and whatever else goes from a member to its users';
comment on index muster.scim_user_by_manager is 'user_reports_for_update';
comment on index muster.scim_user_by_display_name is 'filters by displayName';
comment on index muster.scim_user_created is 'filters and orders by meta.created';
comment on index muster.scim_user_live is 'user_list in the order of ids, totals, and filters that no other index answers';

insert into muster.schema_migration (number, name) values (20, '0020_modified');
