-- Makes deliveries of events that a round of sealing has kept (muster.webhook_make_kept); no row: there are none.
-- params: 1 behind uuid? (the organization whose turn was last), 2 most integer
-- row: turn uuid, deliveries bigint
select * from muster.webhook_make_kept($1::uuid, $2::integer)
