downloads-sheet-data = 数据
downloads-sheet-dictionary = 数据字典
downloads-sheet-about = 说明
downloads-dataset = 数据集
downloads-version = 版本
downloads-field = 字段
downloads-type = 类型
downloads-title = 名称
downloads-title-zh = 中文名称
downloads-title-en = 英文名称
downloads-description-zh = 中文说明
downloads-description-en = 英文说明
downloads-unit = 单位
downloads-codelist = 代码表
downloads-key = 主键
downloads-yes = 是
downloads-licence = 许可
downloads-publisher = 发布单位
downloads-periods = 期间
downloads-rows = 行数
downloads-manifest = 清单的 SHA-256
downloads-note = 备注
downloads-workbook-note = 超过 15 位的数字在此为文本，因为 Excel 会改变其值；时间以及 1900 年 3 月以前的日期也是文本。Parquet 文件中所有的值都保持其类型。
downloads-no-workbook =
    该版本没有 Excel 工作簿：{ $kind ->
        [rows] 共有 { $size } 行，而一个工作表除标题外最多容纳 { $most } 行。
        [columns] 共有 { $size } 列，而一个工作表最多容纳 { $most } 列。
        [cell] 有一段文本长 { $size } 个字符，而一个单元格最多容纳 { $most } 个。
       *[bytes] 其 { $size } 行合起来超出一个工作表的容量。
    } 请使用 CSV 或 Parquet 文件。
downloads-failed = 未能生成其文件（{ $problem }）：可能是内存或磁盘不足，或已发布的文件损坏（用 “gongkai verify” 核对）。下一次 “gongkai run” 会重试。
downloads-readme =
    # { $title }

    { $description }

    - 数据集：{ $dataset }，版本 { $version }，{ $rows } 行
    - 发布单位：{ $publishers }
    - 许可：{ $licence }
    - 该版本清单的 SHA-256：{ $manifest }

    版本一经发布不再改变。引用时请注明数据集、版本和清单的 SHA-256。

    ## 文件

    - { $csv }：数据行。CSV（RFC 4180），UTF-8 编码，带字节顺序标记；第一行是字段名。空单元格表示缺失值。日期写作 2026-01-31，小数保持精确。
    - codelists/：字段所用的代码及其中英文名称。
    - datapackage.json：供程序读取的文件说明（Data Package v2）。
    - SHA256SUMS：其他所有文件的哈希值；用 “sha256sum --check SHA256SUMS” 核对。

    ## 以撇号开头的文本

    以 = + - @、制表符或换行符开头的文本会被电子表格软件当作公式执行。除数字外，这样的文本在 CSV 文件中前面加有一个撇号；在这些字符之前本来就有撇号的文本再加一个。去掉一个撇号即得原文。Parquet 文件中的文本都保持原样。

    ## 字段

    { $fields }
cli-downloads-help = 生成某个版本的下载文件（Parquet、CSV、Excel、zip）。不指定数据集时，生成所有最新版本尚缺的文件。
cli-downloads-version-help = 较早的版本；其文件保留到该数据集发布下一个版本为止。默认：最新版本。
cli-downloads-progress = 下载文件
cli-downloads-made = { $dataset } { $version }：已生成下载文件：{ $files }。
cli-downloads-left-out = { $name }：{ $reason }
cli-downloads-unchanged = 下载文件均已齐备。
cli-downloads-failed = { $dataset }：没有下载文件。{ $reason }
