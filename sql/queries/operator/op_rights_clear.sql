-- Revokes all rights in the schema from our roles; migrate grants them anew (muster.clear_rights).
-- params: none
-- row: clear_rights void
select muster.clear_rights()
