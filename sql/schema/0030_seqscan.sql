-- Each statement has its index by its own plan, made anew when a table has grown: no planner switch is needed.
alter role muster_scim reset enable_seqscan;
alter role muster_admin reset enable_seqscan;
alter role muster_deliver reset enable_seqscan;

insert into muster.schema_migration (number, name) values (30, '0030_seqscan');
