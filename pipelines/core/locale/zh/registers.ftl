register-method = 开放数据目录，数据集 { $dataset }：Parquet 文件与 DuckDB，免费，无需注册
register-time-limit = { $subject }：{ $event ->
        [period_start] 周期开始后
        [period_end] 周期结束后
        [landed] 交付后
       *[field] “{ $field }”所载之日后
    } { $count } { $unit ->
        [working_days] 个工作日
        [calendar_days] 日
       *[hours] 小时
    }内
check-register-period = 登记簿 { $register } 的周期类别为 { $period }。
check-register-period-remedy = 请将“period”改为该类别。
registers-machine = 机器未能完成：{ $reason }。
