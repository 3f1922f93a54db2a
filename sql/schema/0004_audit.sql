-- The audit log, which is also the outbox: written in the transaction of the change, insert-only, a partition a month.

create table muster.audit_event (
    organization_id uuid not null references muster.organization (id),
    id uuid not null,
    at timestamptz(3) not null,
    action text not null,
    actor_type text not null check (actor_type in ('token', 'operator', 'key', 'session')),
    actor_id uuid,
    connection_id uuid,
    target_type text not null,
    target_id uuid not null,
    data jsonb not null default '{}' check (jsonb_typeof(data) = 'object'),
    request_id uuid not null,
    client_address text,
    primary key (organization_id, id, at)
) partition by range (at);
create index audit_event_at on muster.audit_event (organization_id, at, id);
create index audit_event_target on muster.audit_event (organization_id, target_id, at);
comment on table muster.audit_event is 'What changed, who did it, by which request. The first event of a request has the request''s id.';

-- Rows of months that nobody prepared a partition for: nothing is ever refused for want of one.
create table muster.audit_event_default partition of muster.audit_event default;

-- Makes the partitions from this month to the given number of months ahead; those that are there are left alone.
create function muster.audit_partitions(months integer) returns void
    language plpgsql
    as $$
declare
    month date;
    part text;
begin
    for month in select generate_series(date_trunc('month', now() at time zone 'UTC')::date,
                                        (date_trunc('month', now() at time zone 'UTC') + make_interval(months => months))::date,
                                        interval '1 month')::date
    loop
        part := 'audit_event_' || to_char(month, 'YYYY_MM');
        if to_regclass('muster.' || part) is null then
            execute format('create table muster.%I partition of muster.audit_event for values from (%L) to (%L)', part,
                           month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
            execute format('alter table muster.%I enable row level security', part);
            execute format('alter table muster.%I force row level security', part);
            execute format('create policy operator on muster.%I to current_user using (true) with check (true)', part);
        end if;
    end loop;
end
$$;

create function muster.refuse_change() returns trigger
    language plpgsql
    as $$
begin
    raise exception 'the audit log is insert-only' using errcode = 'insufficient_privilege';
end
$$;
create trigger insert_only before update or delete on muster.audit_event
    for each row execute function muster.refuse_change();
create trigger insert_only_truncate before truncate on muster.audit_event
    for each statement execute function muster.refuse_change();

select muster.audit_partitions(24);

insert into muster.schema_migration (number, name) values (4, '0004_audit');
