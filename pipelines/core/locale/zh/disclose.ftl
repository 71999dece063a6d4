disclose-personal-data = 字段“{ $field }”中有疑似{ $kind ->
    [identity_number] 居民身份证号码
    [bank_card] 银行卡号
    [mobile] 手机号码
    [landline] 固定电话号码
    [address] 门牌住址
    [passport] 护照号码
    [plate] 机动车号牌
    [personal_name] 个人姓名
    [sole_trader_code] 个体工商户的统一社会信用代码
    [messaging_account] 微信、QQ 等账号
   *[email] 电子邮箱地址
  }的内容。该字段按原样公开，不应含有此类信息。
disclose-personal-data-remedy = 请从文件中删除后重新报送。如该字段本应含有此类信息，请在 schema.json 中该字段的 disclosure 属性里注明（personal_data），或为该字段设定处理方式。如确非此类信息，可由审查人员放行：gongkai review list --findings。
disclose-personal-data-further = 字段“{ $field }”另有 { $count } 行存在同类问题，未逐一列出：疑似{ $kind ->
    [identity_number] 居民身份证号码
    [bank_card] 银行卡号
    [mobile] 手机号码
    [landline] 固定电话号码
    [address] 门牌住址
    [passport] 护照号码
    [plate] 机动车号牌
    [personal_name] 个人姓名
    [sole_trader_code] 个体工商户的统一社会信用代码
    [messaging_account] 微信、QQ 等账号
   *[email] 电子邮箱地址
  }。
disclose-not-active = 该数据集的公开属性为“{ $attribute }”，只有公开属性为“active”（主动公开）的数据集才予发布。
disclose-not-active-remedy = 文件本身没有问题。如该数据集应当公开，请重新认定 dataset.yaml 中的公开属性。
disclose-error-untreated-field = { $dataset } 的字段“{ $field }”公开属性为“{ $attribute }”，但未设定处理方式，因此该数据集不能发布。请在 schema.json 中设定处理方式：drop、mask、surrogate、generalise、round 或 top_code。
disclose-error-unfit-treatment = 处理方式“{ $treatment }”不适用于 { $dataset } 的字段“{ $field }”（类型为“{ $type }”）。按月或按年概化要求字段为日期或日期时间类型；请在 schema.json 中改用其他处理方式。
disclose-error-public-name-taken = { $dataset } 有两个字段都将以“{ $name }”为名公开。请在 schema.json 中为其中一个另设 published_as。
disclose-error-unknown-condition = { $dataset } 的字段“{ $field }”依“{ $condition }”决定是否处理，但没有这个字段。请改正 schema.json 中的“when”。
disclose-error-malformed-key = { $source } 中的假名密钥不是至少 32 字节的十六进制数。请从备份恢复：更换密钥后，已公开的假名会全部改变，无法再与以前的版本关联。
