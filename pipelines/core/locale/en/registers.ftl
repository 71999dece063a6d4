register-method = Open data catalog, dataset { $dataset }: Parquet files and DuckDB, free of charge, without registration
register-time-limit = { $subject }: within { $count } { $unit ->
        [working_days] working days
        [calendar_days] calendar days
       *[hours] hours
    } { $event ->
        [period_start] of the beginning of the period
        [period_end] of the end of the period
        [landed] of the delivery
       *[field] of the day in “{ $field }”
    }
check-register-period = The register { $register } is kept by periods of the class { $period }.
check-register-period-remedy = Set “period” to it.
registers-machine = The machine could not do it: { $reason }.
