error-internal = 发生内部错误。
error-invalid-period = “{ $text }”不是 { $period_class } 类期间。月写作 2026-03，季度写作 2026-Q1，年写作 2026，无期间则写作 all。
error-invalid-version = “{ $text }”不是版本号；应为 主.次.修订，例如 1.4.0。
error-unsafe-path = 名称 { $name } 不予使用：它会指向文件夹之外，或无法安全显示。
error-unknown-dataset = 没有可用的数据集“{ $dataset }”。可用：{ $known }。其他数据集的问题请见“gongkai check”。
error-unknown-delivery = 没有接收过报送“{ $delivery }”。“gongkai status”会列出各次报送。
error-nothing-released = { $folder } 中尚未发布任何内容。请将报送文件放入收件箱，然后运行“gongkai run”。
error-rows-unaccounted =
    { $stage ->
        [read] 读取
        [validate] 校验
        [disclose] 公开处理
       *[compose] 发布
    }之后行数对不上：应有 { $expected } 行，只查明 { $found } 行的去向。相关内容不予发布。
error-corrupt-store =
    { $path }：{ $reason ->
        [missing] 文件缺失
        [size] 大小与记录不符
        [sha256] 内容与记录不符
        [malformed] 无法按其应有的格式读取
       *[other] { $reason }
    }。请从备份或目录副本恢复。
error-unknown-version = 数据集 { $dataset } 没有版本 { $version }。现有版本：{ $known }。
