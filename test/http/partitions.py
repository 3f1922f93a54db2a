"""The months of the audit log."""


def partitions(sql):
    """The names of the audit log's partitions but the default one, oldest first. `sql` runs a statement."""
    return [name for name, in sql("select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = "
                                  "'muster.audit_event'::regclass and c.relname <> 'audit_event_default' order by 1")]


def write_event(sql, at):
    """An event of the installation at a time, an expression in SQL."""
    sql("insert into muster.audit_event (organization_id, id, at, action, actor_type, target_type, target_id, data, request_id) select "
        f"muster.installation(), gen_random_uuid(), {at}, 'member.updated', 'operator', 'x', gen_random_uuid(), '{{}}', gen_random_uuid()")
