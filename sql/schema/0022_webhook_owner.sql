-- Who owns the endpoint, so that organizations take turns and one of them counts what it has in hand; and which endpoints are slow.
alter table muster.webhook_endpoint add column slow boolean not null default false;
comment on column muster.webhook_endpoint.slow is 'its last attempt took long: one delivery at a time, leavers besides';

alter table muster.webhook_queue add column owner_id uuid;
update muster.webhook_queue q set owner_id = w.organization_id from muster.webhook_endpoint w where w.id = q.endpoint_id;
delete from muster.webhook_queue q where q.owner_id is null;
alter table muster.webhook_queue alter column owner_id set not null;
comment on column muster.webhook_queue.owner_id is 'the organization of the endpoint; organization_id is that of the events';

drop index muster.webhook_queue_due;
drop index muster.webhook_queue_leased;
create index webhook_queue_due on muster.webhook_queue (owner_id, endpoint_id, lane, next_at);
create index webhook_queue_leased on muster.webhook_queue (owner_id, endpoint_id, next_at) where lease is not null;

insert into muster.schema_migration (number, name) values (22, '0022_webhook_owner');
