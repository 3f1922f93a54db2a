-- The existing team names that a new team must avoid.
-- params: 1 name_key text, 2 prefix text (of the suffixed names)
-- row: name_key text
select t.name_key
from muster.team t
where t.organization_id = muster.organization_id() and t.name_key = $1
union all
select t.name_key
from muster.team t
where t.organization_id = muster.organization_id() and t.name_key >= $2 and t.name_key < $2 || chr(1114111) /* ^@ reads no index */
