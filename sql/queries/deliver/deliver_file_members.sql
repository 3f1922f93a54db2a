-- Files members who are new or have other names (muster.file_members).
-- params: 1 most integer
-- row: filed integer
select muster.file_members($1::integer) as filed
