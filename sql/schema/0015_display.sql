-- What a client calls a member of a group.

alter table muster.scim_group_user add column display text, add column display_key text;
alter table muster.scim_group_group add column display text, add column display_key text;
comment on column muster.scim_group_user.display is 'the display that came with the member when it was added; null: none, its name is shown';
comment on column muster.scim_group_user.display_key is 'display as filters compare it';
comment on column muster.scim_group_group.display is 'the display that came with the member when it was added; null: none, its name is shown';
comment on column muster.scim_group_group.display_key is 'display as filters compare it';

-- As before, with the client's display before the member's name.
create or replace view muster.scim_group_member with (security_invoker = true) as
    select gu.organization_id, gu.connection_id, gu.group_id, u.id, 'User' as type, coalesce(gu.display, u.display_name) as display_name,
           gu.display_key
    from muster.scim_group_user gu
    join muster.scim_user u on u.organization_id = gu.organization_id and u.id = gu.user_id and u.removed_at is null
    union all
    select gg.organization_id, gg.connection_id, gg.parent_id, g.id, 'Group', coalesce(gg.display, g.display_name), gg.display_key
    from muster.scim_group_group gg
    join muster.scim_group g on g.organization_id = gg.organization_id and g.id = gg.child_id;

insert into muster.schema_migration (number, name) values (15, '0015_display');
