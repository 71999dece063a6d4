catalog-query-refused = 这不是单条只读语句（{ $statement }）。目录只能读取：请给出一条 SELECT、FROM、WITH、DESCRIBE、SHOW 或 EXPLAIN 语句。
catalog-query-failed = DuckDB 无法执行该查询。{ $reason }
catalog-index-unusable = 索引 { $index } 缺失或损坏。数据没有丢失：运行“gongkai run”即可由已发布的文件重新生成。
catalog-no-earlier-version = { $dataset } { $version } 是第一个版本，之前没有可供比较的版本。请指定两个版本。
