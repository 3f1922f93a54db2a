-- Has statistics made for tables that have grown, and so all plans made anew (db_grown).
-- params: none
-- row: settle_statistics void
select muster.settle_statistics()
