catalog-query-refused = This is not one statement that only reads ({ $statement }). The catalog is read-only: give one SELECT, FROM, WITH, DESCRIBE, SHOW or EXPLAIN statement.
catalog-query-failed = DuckDB could not answer the query. { $reason }
catalog-index-unusable = The index { $index } is missing or damaged. Nothing is lost: “gongkai run” makes it again from the released files.
catalog-no-earlier-version = { $dataset } { $version } is the first version: there is none before it to compare it with. Name two versions.
