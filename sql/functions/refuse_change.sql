-- first: a trigger calls it
create or replace function muster.refuse_change() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    kept record;
begin
    if tg_op = 'UPDATE' then
        kept := new;
        kept.data := old.data;
        kept.erased_at := old.erased_at;
        if old.erased_at is null and new.erased_at is not null and new.data = '{"erased": true}' and kept is not distinct from old then
            return new;
        end if;
    end if;
    raise exception 'the audit log is insert-only' using errcode = 'insufficient_privilege';
end
$$;

comment on function muster.refuse_change() is
'Keeps the audit log insert-only, with one exception: the data of an event may be erased once (a person''s right),
without any other change of the row. The chain (audit_seal) does not hash the data but a commitment, hash(salt || data),
which is made when the event is sealed. Erasing removes data and salt and leaves the commitment, so the chain still
verifies and nobody can guess the erased data.
Parameters: none: a trigger.
Returns: the row of an erasure; else it raises 42501.
Locks: none.
Called by: triggers insert_only and insert_only_truncate of audit_event.';
