-- first: a trigger calls it
create or replace function muster.refuse_unsealing() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $$
declare
    kept record;
begin
    if tg_op = 'UPDATE' then
        kept := new;
        kept.salt := old.salt;
        if new.salt is null and kept is not distinct from old then
            return new;
        end if;
    end if;
    raise exception 'the audit log is insert-only' using errcode = 'insufficient_privilege';
end
$$;

comment on function muster.refuse_unsealing() is
'Keeps the chain insert-only like the log, except that erasing an event removes its salt.
Parameters: none: a trigger.
Returns: the row whose salt is removed; else it raises 42501.
Locks: none.
Called by: triggers insert_only and insert_only_truncate of audit_seal.';
