-- The texts of functions are not looked at when they are made, to the end of this transaction: they may name what is made after them.
-- params: none
-- row: check text
select set_config('check_function_bodies', 'off', true) as check
