publish-malformed-signing-key = { $source } 不是未加密的 PEM 格式 Ed25519 私钥。请从备份恢复；或将其移走，下次发布时会生成新的密钥，其指纹须另行公布。
publish-unusable-public-key = { $source } 不是 PEM 格式的 Ed25519 公钥。发布者的公钥在目录的 keys/ 文件夹中；请选用指纹与发布者另行公布的相同的那一个。
publish-no-copy = { $folder } 不是目录的副本：其中既没有 snapshots/ 也没有 releases/。请指定这些文件夹所在的文件夹。
publish-store-problem =
    { $path } { $reason ->
        [missing] 缺失。
        [size] 的大小与应有的不符。
        [truncated] 比应有的短：末尾缺失。
        [sha256] 的内容与发布时不符。
        [unsafe] 经由链接指向目录之外。
        [swapped] 中是 { $detail } 的清单，不是它所代表的版本。
        [replayed] 属于另一次发布：其中是 { $detail }。
        [unsigned] 缺失：这次发布无从证实。
        [forged] 与其签名不符：两者之一被改动，或签名的不是发布者的密钥。
        [other-key] 不是用给定的密钥签名的，而是用 { $detail }。
        [absent] 缺失，{ $detail } 的其他文件也都没有。
        [stale] 指向快照 { $detail }，而旁边有更新的快照。
        [unlisted] 没有列出属于这次发布的 { $detail }。
        [chain] 与前一个快照不衔接：它所指的是 { $detail }。
        [index] 与清单所载不一致（{ $detail }）。
        [reviews] 不是历次发布所依据的台账：第 { $detail } 条缺失或被改动。
        [download] 不是当初生成的下载文件：{ $detail ->
            [missing] 文件缺失。
            [malformed] 无法读取。
           *[other] 内容不同。
        }
        [download-withdrawn] 中是已撤回版本的下载文件。
       *[malformed] 无法按其应有的格式读取。
    }
publish-store-remedy =
    { $reason ->
        [unsigned] 因中断而未签名的发布，由下一次 “gongkai run” 签名。如果此后已运行过，则签名已被移除：请将目录与备份核对。
        [stale] 下一次 “gongkai run” 会重写。
        [index] 请删除 data/catalog/catalog.duckdb 和 data/catalog/index，下一次 “gongkai run” 会重新生成。
        [chain] 有快照缺失或被调换。请从备份恢复 snapshots/ 文件夹。
        [forged] 请从备份恢复列表及其签名，并查明谁能写入目录。
        [reviews] 请从备份恢复，并查明谁能写入 data/private。在此之前不发布任何内容。
        [download] 请删除 data/catalog/downloads，下一次 “gongkai run” 会重新生成全部下载文件；只重新生成一个时，用 “gongkai downloads” 并指明数据集和版本。
        [download-withdrawn] 请删除该文件夹。它们是在撤回版本的同时中断的进程留下的。
       *[other] 已发布的文件不会改变。请从备份恢复该文件。
    }
publish-copy-remedy =
    { $reason ->
        [missing] 请重新下载。如果只下载了部分数据集，请用 --dataset 指明。
        [absent] 请重新下载。如果只下载了部分数据集，请用 --dataset 指明。
        [unsigned] 请一并下载这次发布的 SHA256SUMS 和 SHA256SUMS.sig。没有它们的副本不可信赖。
        [other-key] 请通过本目录以外的途径向发布者确认哪个密钥有效：密钥有时会更换，旧密钥对其签过的内容仍然有效。
        [stale] 请重新下载 latest.json。如果仍然如此，则发布者当作最新提供的并非最新。
        [unsafe] 请勿使用。请用从发布者下载的文件本身取代该链接。
        [forged] 请勿使用该副本。请从发布者重新下载，不要转换换行符，并核对密钥的指纹。
        [replayed] 请勿使用该副本：有人把一次发布当作另一次。请从发布者重新下载。
        [chain] 请勿使用该副本。请从发布者重新下载。
        [unlisted] 请勿使用该副本，并告知发布者：这次发布本身不完整。
       *[other] 请勿使用该文件。请从发布者重新下载；如果仍然如此，请告知发布者。
    }
publish-store-note =
    { $kind ->
        [unreferred] 有 { $files } 个文件（{ $bytes } 字节）不属于任何发布，第一个是 { $first }。
        [unfinished] 有 { $files } 个未写完的文件（{ $bytes } 字节），其写入程序仍在运行或已中断，第一个是 { $first }。
        [derived-absent] 有 { $files } 个由某次发布生成并随之签名的文件不在此处，第一个是 { $first }。其中的内容数据里都有。
       *[unchecked] 此处有 { $files } 个文件（{ $bytes } 字节）未核对：这次发布的签名不涵盖它们，或它们属于没有指明的数据集。第一个是 { $first }。
    }
publish-freshness = 签名说明发布者发布过什么，不能说明此后没有更新的发布。请将快照的编号和日期与发布者所示的核对。
cli-verify-help = 将目录或下载的副本与其哈希值和签名核对。有缺失或被改动的内容时退出码为 1。
cli-verify-folder-help = 下载的副本；默认：本安装自己的目录。
cli-verify-key-help = 核对副本所用的发布者公钥（PEM）。公钥或其指纹须取自副本以外的来源。
cli-verify-snapshot-help = 核对副本中的哪次发布；默认：最新的。
cli-verify-dataset-help = 只核对副本中的这个数据集；可以重复。
cli-verify-key-needed = 核对副本需要发布者的公钥：--key FILE。
cli-verify-copy-only = --key、--snapshot 和 --dataset 用于副本：请指定文件夹。
cli-verify-progress = 核对
cli-verify-nothing = 尚未发布任何内容。
cli-verify-catalog = { $snapshots } 个快照；已核对 { $files } 个文件，{ $megabytes } MB。
cli-verify-copy = 快照 { $snapshot }，发布于 { $released }，由密钥 { $key } 签名；已核对 { $files } 个文件，{ $megabytes } MB。
cli-verify-copy-unknown = 快照 { $snapshot } 不可信赖。
cli-verify-sound = 没有缺失，也没有改动。
cli-verify-problems = { $problems } 个问题。
cli-verify-more = 另有 { $more } 个；--json 列出全部。
cli-verify-signed-by = 由密钥 { $key } 签名，指纹（SHA-256）{ $fingerprint }。
