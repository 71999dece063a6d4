flow-internal-error = 程序在处理该报送时出错（{ $kind }）。
flow-internal-error-remedy = 报送的原始文件已保留，下次运行会重试；请将 data/private/logs 下的日志反馈给维护人员。
flow-duplicate-across-deliveries = 有 { $keys } 行的主键（{ $key }）与先前报送的 { $others } 相同。
flow-duplicate-across-deliveries-remedy = 请与对方部门商定由谁公开这些行，删除后重新报送。
flow-descriptor-error-remedy = 请改正该数据集的描述文件或恢复缺失内容，然后重新运行。
flow-still-changing-remedy = 请等待文件复制完成；下次运行会接收。
flow-file-unreadable = 无法读取：运行本程序的用户没有权限。
flow-file-unreadable-remedy = 请为该用户开放文件夹及其中文件的读取权限，然后重新运行。
