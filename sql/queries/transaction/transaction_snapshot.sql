-- Opens a transaction as op_export_settle has set it for the session: with its own words it could not, behind another
-- statement of a pipeline.
-- params: none
-- row: none
begin
