# 在数据集页面上逐页翻看某一版本的数据行。
paging-failed = 无法读取这些数据行。“下载”中的文件包含全部数据。
paging-first = 首页
paging-last = 末页
paging-loading = 正在加载……
paging-missing = 无法加载数据行（HTTP { $status }）。请稍后再试，或从“下载”中取得文件。
paging-missing-value = 无值
paging-next = 下一页
paging-no-ranges = 本网站只能整份提供文件，无法逐页显示数据行。“下载”中的文件包含全部数据。
paging-previous = 上一页
paging-row = 跳到第几行
paging-shown = 第 { $first } 至 { $last } 行，共 { $rows } 行。
paging-without = “下载”中的文件包含全部数据行。
