-- Authenticates a token for a read, and sets the tenant of the transaction (muster.admit). Recording the use of the
-- token waits for no standby.
-- params: 1 hash text (hex), 2 asked uuid? (the connection that the URL names, or null), 3 client_address text?,
--         4 signs boolean (the key of cursors is wanted),
--         5 shaped boolean? (the statements behind it are planned for their values, null: once for all)
-- row: plans text, admitted text
select case when $5::boolean then set_config('plan_cache_mode', 'force_custom_plan', true) end as plans,
       muster.admit(decode($1, 'hex'), $2::uuid, $3, $4::boolean) as admitted
where current_setting('synchronous_standby_names') = '' or set_config('synchronous_commit', 'local', true) is not null
