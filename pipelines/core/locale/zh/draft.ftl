# 由文件起草数据集：gongkai new。

draft-description = { $title }
draft-field-description = 报送文件中的“{ $label }”列
draft-basis = 《中华人民共和国政府信息公开条例》第二十条
draft-personal-basis = 《中华人民共和国政府信息公开条例》第十五条（个人隐私）；《中华人民共和国个人信息保护法》第二十五条
draft-place-row = 报送文件中的行号
draft-place-sheet = 报送文件中的工作表

draft-assumed = 未提供 { $option }，暂用“{ $value }”
draft-encoding = 文本只符合 { $encoding } 一种多字节编码
draft-delimiter = 单元格似以“{ $delimiter }”分隔；可用 --delimiter 另行指定
draft-header-guessed = 第 { $row } 行被当作表头，但除位置外没有其他依据
draft-sheet = 选用了工作表“{ $sheet }”，它是 { $sheets } 张不同表格中最大的；可用 --sheet 另选
draft-suspected = { $field } 疑似含个人信息（{ $kinds }）：在有人决定之前不予公开并作处理
draft-codelist = { $field } 的所有取值都在代码表 { $codelist } 中，建议采用
draft-listed = { $field } 有 { $values } 个不同取值，已列为可选值：请补全，或改为代码表
draft-day-or-month = { $field } 的日与月无法区分，日期按文本保留
draft-scaled = { $field } 以{ $unit }报送，以元存储
draft-row-key = 三列以内的任何组合都不能区分所有行，暂以行号为主键
draft-totals = 合计行与 { $fields } 的各行之和核对后不计入数据
draft-totals-kept = 名为合计的行不等于其余各行之和，按普通行保留
draft-footer = 第 { $row } 行起为表尾
draft-footer-unused = 第 { $row } 行起疑似表尾，但会截断数据，因此未作排除
draft-faulty-rows = 有问题的行较多，上限已提高到 { $percent } %，规则见下

draft-identifier = “{ $name }”不能用作数据集标识。
draft-identifier-remedy = 请使用小写英文字母、数字和下划线，并以字母开头。
draft-unknown-answer = { $option } 不认识“{ $value }”。
draft-unknown-answer-remedy = 可用的有：{ $known }。
draft-exists = 已有名为 { $dataset } 的数据集、代码表或文件夹。
draft-exists-remedy = 请另选标识；不会覆盖任何内容。
draft-no-file = 没有文件 { $file }。
draft-no-file-remedy = 请给出一个文件的路径。
draft-file-name = 文件名含有无法显示的字符。
draft-file-name-remedy = 请重命名文件。
draft-several-files = 压缩包中有多个文件，或有无法读取的文件。
draft-several-files-remedy = 请解压后给出其中一个文件。
draft-encoding-unknown = 布局不支持编码 { $encoding }。
draft-encoding-unknown-remedy = 请将文件另存为以下编码之一：{ $known }。
draft-no-header = 没有找到列名所在的行。
draft-no-header-remedy = 请在文件中加上表头，或用 --header-row 指明表头所在行。
draft-example = 文件的前几行本身不能通过校验：{ $rules }。
draft-example-remedy = 请把没有问题的行移到最前，或手工编写文件夹。
draft-few-rows = 仅有 { $rows } 行：类型、必填和主键的依据不足
draft-personal-label = 表头中有疑似个人信息的列名，该行不应是表头。
draft-personal-label-remedy = 请在文件中加上表头，或用 --header-row 指明表头所在行。
