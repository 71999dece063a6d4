# 门户页面使用的第三方脚本。
assets-getting = 正在获取网页查询与翻页所用的脚本，{ $megabytes } MB，仅此一次。
assets-registry-unknown = 本机没有 npm，无法得知软件源地址：请安装 npm，或用环境变量 { $variable } 指定软件源。
assets-registry-unreachable = 无法获取 { $address }：{ $problem }
assets-archive-altered = { $package } { $version } 的压缩包与登记的不一致：传输中被改动或被截断。其内容一律不用。
assets-archive-unusable = 无法解开 { $package } 的压缩包：{ $problem }
assets-bundle-altered = “{ $bundle }”的文件与登记的不一致（SHA-256 { $found }）。其内容一律不用。
assets-missing = 门户将不含 SQL 控制台和逐页翻看功能，页面上会说明。请在能访问 npm 软件源的环境运行“make browser-assets”获取脚本（可用环境变量 { $variable } 指定其他软件源），再运行“make run”重新生成门户。
