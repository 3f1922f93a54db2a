/*
 * Organizations, connections, members and users are marked as ended, never deleted. So a foreign key to them finds nothing, but reads and
 * locks their row at every write. What a request writes has none; that nobody deletes them by hand is seen to where they are. The keys to
 * groups and teams stay: those are deleted.
 */
lock table muster.organization, muster.connection, muster.member, muster.team, muster.scim_user, muster.scim_user_email, muster.scim_group,
    muster.scim_group_user, muster.team_member, muster.audit_event in access exclusive mode;

do $$
declare
    target text;
    k record;
begin
    foreach target in array array['organization', 'connection', 'member', 'scim_user']
    loop
        execute format('create trigger kept before delete on muster.%I for each row execute function muster.refuse_delete()', target);
        execute format('create trigger kept_truncate before truncate on muster.%I for each statement execute function muster.refuse_delete()',
                       target);
        for k in select c.conrelid::regclass as relation, c.conname as name from pg_constraint c
                 where c.contype = 'f' and c.conparentid = 0 and c.confrelid = format('muster.%I', target)::regclass
                       and c.conrelid in ('muster.member'::regclass, 'muster.team'::regclass, 'muster.team_member'::regclass,
                                          'muster.scim_user'::regclass, 'muster.scim_user_email'::regclass, 'muster.scim_group'::regclass,
                                          'muster.scim_group_user'::regclass, 'muster.audit_event'::regclass)
        loop
            execute format('alter table %s drop constraint %I', k.relation, k.name);
        end loop;
    end loop;
end
$$;

insert into muster.schema_migration (number, name) values (24, '0024_kept');
