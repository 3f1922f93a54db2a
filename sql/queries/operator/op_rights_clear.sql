-- Takes from our roles what they may do in the schema: what migrate makes grants it anew (muster.clear_rights).
-- params: none
-- row: clear_rights void
select muster.clear_rights()
