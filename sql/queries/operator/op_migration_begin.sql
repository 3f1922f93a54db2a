-- To the end of this transaction the texts of functions are not looked at when they are made: they may name what is
-- made after them.
-- params: none
-- row: check_function_bodies text
select set_config('check_function_bodies', 'off', true) as check_function_bodies
