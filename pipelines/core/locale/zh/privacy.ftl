privacy-document = 文件 { $document } 的 { $place } 处有疑似{ $kind ->
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
  }的内容，将被公开。
privacy-document-remedy = 请从该文件的来源（描述文件、代码表或说明）中删除。单位的邮箱和电话应填在 organisations.csv 中。
privacy-note = 文字中有疑似个人信息的内容。说明、理由和依据会随版本公开，请去掉后再写。
