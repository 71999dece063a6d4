publish-duplicate-across-deliveries = 报送 { $deliveries } 中有 { $keys } 个公开主键（{ $key }）重复出现。无论由哪个部门报送，一个主键只对应数据集中的一行。请与各部门确认由谁公开这些行，另一方删除后重新报送。
publish-columns-differ = 报送 { $delivery } 的公开表与其记录不一致（字段：{ $fields }）。公开表与记录应当同时生成、互相对应。请重新处理该报送。
publish-dataset-withdrawn = { $dataset } 已不属于主动公开（{ $attribute }），已从目录中撤下。以往发布的文件仍在 data/catalog/objects 中。
publish-dataset-emptied = { $dataset } 已没有可以展示的内容，在有报送通过之前从目录中撤下。
publish-fields-withdrawn = { $dataset }：{ $fields } 不得再按原样公开，且 { $periods } 无法重新生成，在有报送通过之前已从其中去除。以往发布的文件仍在 data/catalog/objects 中。
publish-periods-withdrawn = { $dataset }：{ $fields } 不得再按原样公开，主键与其有关，且 { $periods } 无法重新生成，在有报送通过之前已撤下。以往发布的文件仍在 data/catalog/objects 中。
publish-periods-of-another-class = { $dataset } 现在{ $period_class ->
        [monthly] 按月
        [quarterly] 按季
        [yearly] 按年
       *[none] 不分期间
    }报送：按原有期间发布的 { $periods } 已从新版本中去除。
publish-nothing-to-restore = { $dataset } 的版本 { $version } 已没有可以公开的内容：其主键或全部字段如今的公开方式已不同。请选择更晚的版本。
publish-not-disclosed = { $dataset } 不属于主动公开（{ $attribute }），其任何版本都不能发布。如可重新公开，请先修改其 dataset.yaml 中的“disclosure”。
publish-types-kept = { $dataset }：{ $fields } 的类型保持不变：仍在展示的期间按原类型写成，无法按新类型读取。待这些期间的报送重新通过或重新报送后，再按新类型发布。
publish-rolled-back-again = { $dataset }，{ $periods }：未发布。其中含有已被回退撤出的报送（{ $deliveries }）的行。相关部门重新报送后即可发布；用“gongkai rollback”回到较晚的版本可重新接受这些报送。
publish-version-withdrawn = { $dataset } 的版本 { $version } 已撤回，不能再次展示。“gongkai versions { $dataset }”列出撤回原因和现有版本。
publish-store-address =
    目录地址（GONGKAI_CATALOG）无法使用：{ $reason ->
        [secret] 地址中含有用户名、查询参数或片段。凭据应放在环境变量中（如 AWS_ACCESS_KEY_ID），不得写入地址。
        [scheme] 地址须以 file://、s3://、gs:// 或 az:// 开头。
        [name] 缺少存储桶名，或存储桶名、文件夹名含有不允许的字符。
       *[environment] 该存储所需的环境变量缺失或有误，例如 az:// 需要 AZURE_STORAGE_ACCOUNT_NAME。
    }
publish-create-only =
    无法发布到 { $address }：{ $reason ->
        [links] 其文件系统不支持硬链接，无法做到“仅在文件不存在时创建”。请将目录放在本地磁盘上。
        [ignored] 要求“仅在文件不存在时创建”（If-None-Match）时，它仍覆盖了已有文件。可能是代理去掉了该请求头；否则请改用其他存储。
       *[raced] 多方同时创建同一文件时，得到“创建成功”答复的不是恰好一方。请改用其他存储。
    } 否则两次同时进行的发布可能互相覆盖。
publish-file-exists = { $path } 已经存在，不会被替换。请另取名称，或先将其删除。
