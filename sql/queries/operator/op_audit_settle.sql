-- For this transaction: makes plans that read the audit log by index from the beginning of the page, and times in UTC.
-- params: none
-- row: seqscan text, bitmapscan text, sort text, hashjoin text, mergejoin text, workers text, jit text, zone text
select set_config('enable_seqscan', 'off', true) as seqscan, set_config('enable_bitmapscan', 'off', true) as bitmapscan,
       set_config('enable_sort', 'off', true) as sort, set_config('enable_hashjoin', 'off', true) as hashjoin,
       set_config('enable_mergejoin', 'off', true) as mergejoin, set_config('max_parallel_workers_per_gather', '0', true) as workers,
       set_config('jit', 'off', true) as jit, set_config('TimeZone', 'UTC', true) as zone
