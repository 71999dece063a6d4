# Dagster 界面与通知记录的文本。
orchestration-deliveries = 各部门报送的“{ $title }”：已登记入库的文件，每个部门最新一次报送。
orchestration-release = 公开目录：全部数据集的一个快照。一次发布包含自上次发布以来有变化的所有数据集。
orchestration-index = 已发布目录的 DuckDB 索引。索引是派生的，删除后重建不会丢失任何内容。
orchestration-resource = 打开的系统实例：注册表、存储与台账。每次运行打开一次。

orchestration-check-table-schema = 文件能否读取，每一行是否符合表结构（类型、约束、主键）？
orchestration-check-expectations = 合计、分布和勾稽关系是否符合该数据集的预期？
orchestration-check-personal-data = 原样公开的字段中是否没有疑似个人信息的内容？
orchestration-check-drift = 与同一部门上一次被接受的报送相比，本次规模是否合理？
orchestration-check-descriptors = 注册表中的数据集目录是否全部可以加载？

orchestration-check-no-delivery = 本期尚无报送，没有可检查的内容。
orchestration-check-passed = 通过（已检查最新报送 { $deliveries } 份）。
orchestration-check-warnings = 通过，有 { $warnings } 条警告。
orchestration-check-errors = 有 { $errors } 个错误；相关行已隔离，其余行照常公开。
orchestration-check-rejected = { $deliveries } 份最新报送中有 { $rejected } 份被退回（{ $errors } 个错误）。上一次合格的报送继续公开。请按检查结果更正文件后重新报送。
orchestration-check-not-run = 未检查：{ $deliveries } 份报送在此项检查之前已被退回。请看其他检查项。
orchestration-descriptors = 可用数据集 { $datasets } 个；其他目录有 { $problems } 个问题，更正之前不予加载。

orchestration-job = 处理 { $kind } 类全部数据集某一期的报送。
orchestration-release-job = 发布有变化的数据集并刷新索引。
orchestration-maintenance = 清理 Dagster 存储中的旧运行记录，并核验已发布的存储。公开内容不依赖 Dagster 的存储。
orchestration-purge = 删除超过保留期的已结束运行，但保留记录着资产最新状态的运行。
orchestration-verify = 将每个已发布的文件与其哈希值核对，将每次发布与其签名核对，并将索引与清单核对。
orchestration-store-problems = 已发布的存储受损：{ $problems } 个文件缺失或被改动。请从备份恢复。
orchestration-schedule = 每晚一次，针对 { $kind } 类：发起所有尚待处理的工作。
orchestration-schedule-nothing = 没有待处理的工作。
orchestration-maintenance-schedule = 每周维护。

orchestration-inbox-sensor = 只为有待处理内容的数据集和期次发起处理：新的报送，以及需要重新判定的已入库报送；等待文件复制完成。
orchestration-inbox-nothing = 没有新内容。已发起 { $waiting } 项；Dagster 尚不认识的数据集或期次 { $unreachable } 项（注册表变更后请重新加载定义）。
orchestration-release-sensor = 有变化等待发布且没有处理任务在运行时，发起一次发布。
orchestration-release-waiting = 等待正在运行的任务：{ $runs }。
orchestration-release-nothing = 没有等待发布的内容。
orchestration-failure-sensor = 为每个失败的运行写入一条通知记录。
orchestration-check-sensor = 为每个未通过的检查写入一条通知记录。
orchestration-checks-seen = 查看 { $seen } 条检查结果，通知 { $told } 条。

orchestration-run-failed = { $job } 的运行有 { $steps } 个步骤失败。请在 Dagster 中查看该运行，然后重新启动。
orchestration-check-failed = { $asset } 的检查 { $check } 在 { $period } 未通过。请打开该检查所指的报告。
orchestration-unfinished = 未完成，将重试：{ $names }。
orchestration-check-registers = 发布之后，目录自身的登记簿（主动公开基本目录、评分、更正、逾期）是否已更新。
orchestration-registers-told = 登记簿已按发布内容更新。
orchestration-registers-failed = 登记簿未能更新；已发布的内容不变，下次发布再试。
