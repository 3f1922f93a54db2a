-- To the end of this transaction the role that owns the schema is at work, so that what is made belongs to it, whoever
-- may act for it; and the texts of functions are not looked at when they are made: they may name what is made after
-- them.
-- params: none
-- row: check_function_bodies text, role text
select set_config('check_function_bodies', 'off', true) as check_function_bodies,
       (select set_config('role', pg_get_userbyid(n.nspowner), true) from pg_namespace n where n.nspname = 'muster') as role
