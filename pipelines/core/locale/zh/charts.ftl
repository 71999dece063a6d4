check-chart-not-public = 公开数据中没有字段“{ $field }”。
check-chart-not-public-remedy = 图表只用已公开的数据行绘制。请使用字段公开时的名称：{ $known }。
check-chart-no-quantity = “{ $field }”不是数量字段。
check-chart-no-quantity-remedy = 请使用 number 或 integer 类型的字段；如要统计行数，请删去此项。
check-chart-not-coded = “{ $field }”的取值不属于任何代码表。
check-chart-not-coded-remedy = 请使用带代码表、categories、enum 的字段或布尔字段；泛化后公开的字段请在 codelists: 中指明其代码表。
check-chart-no-parents = 代码表“{ $codelist }”没有 parent 列，代码之间没有上下级关系。
check-chart-no-parents-remedy = 请改用 kind: codes，或补上该列。
check-chart-no-periods = 图表按期绘制，但数据集没有报告期。
check-chart-no-periods-remedy = 请改用其他类型：codes、tree、categories 或 distribution。
check-chart-units = 同一图表中各线的单位不同：{ $units }。
check-chart-units-remedy = 请只保留单位相同的字段，其余另作一图。
check-chart-unknown-code = 代码表“{ $codelist }”中没有代码“{ $code }”。
check-chart-unknown-code-remedy = 请改正代码，否则不会统计到任何数据行。
charts-rows = 数据行数
charts-once = { $field }（个数）
charts-period = 报告期
charts-periods = { $first } 至 { $last }
charts-in-unit = 单位：{ $unit }
charts-with-unit = { $title }（{ $unit }）
charts-only = { $field }：{ $values }
charts-not-stated = 未填写
charts-yes = 是
charts-no = 否
charts-others = 其他合计
charts-total = 全部
charts-share = 占比
charts-unknown = 无数值
charts-without-value = 无数值的行数
charts-with-amount = { $label } { $amount }
charts-course = { $label }：{ $ends }
charts-title-by = 按{ $by }统计的{ $value }
charts-title-by-both = 按{ $rows }和{ $by }统计的{ $value }
charts-title-over-time = 各期{ $value }
charts-title-measured =
    各期{ $value }{ $measure ->
        [mean] （平均数）
        [median] （中位数）
       *[sum] （合计）
    }
charts-title-distribution = { $value }的分布
charts-described-bars = 条形图：{ $listed }{ $further ->
        [0] 。
       *[other] ；另有 { $further } 项。
    }
charts-described-stacks = 分段条形图：{ $listed }{ $further ->
        [0] 。
       *[other] ；另有 { $further } 项。
    }
charts-missing = 数值未公开或缺失的行数（不按零计）：{ $count }。
charts-partial = * 不含未公开或缺失的数值。
charts-table-cut = 表中只列前 { $most } 行，全部数据见数据集。
charts-class = { $low } 至不足 { $high }
charts-class-below = 不足 { $high }
charts-class-from = { $low } 及以上
charts-figures = 数据表
charts-figures-of = 数据表：{ $title }
number-none = 非数值
number-scale-4 = 万
number-scale-6 = 百万
number-scale-8 = 亿
number-scale-9 = 十亿
number-scale-12 = 万亿
number-unit-day = 天
number-unit-working-day = 个工作日
number-unit-year = 年
