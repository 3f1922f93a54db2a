-- Until the end of this transaction, works as the role that owns the schema, so that new objects belong to it; does not
-- check the bodies of functions, because they may refer to later objects; and waits for locks for a second, because
-- whoever comes after it waits as well.
-- params: none
-- row: check_function_bodies text, role text, lock_timeout text
select set_config('check_function_bodies', 'off', true) as check_function_bodies,
       (select set_config('role', pg_get_userbyid(n.nspowner), true) from pg_namespace n where n.nspname = 'muster') as role,
       set_config('lock_timeout', '1s', true) as lock_timeout
