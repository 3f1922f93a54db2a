-- Whether the audit log has a partition for next month, how many events the default partition has (the first thousand),
-- and whether the log can only be added to.
-- params: none
-- row: prepared boolean, strays bigint, insert_only boolean
select to_regclass('muster.audit_event_' || to_char((now() + interval '1 month') at time zone 'UTC', 'YYYY_MM')) is not null as prepared,
       (select count(*) from (select from muster.audit_event_default limit 1000) e) as strays,
       not (has_table_privilege('muster_scim', 'muster.audit_event', 'update')
            or has_table_privilege('muster_scim', 'muster.audit_event', 'delete'))
           and exists (select from pg_trigger t where t.tgrelid = 'muster.audit_event'::regclass and t.tgname = 'insert_only'
                       and t.tgenabled = 'O') as insert_only
