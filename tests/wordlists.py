"""Words as they stand in departments' tables, by language, and the encodings that people save them in."""

from __future__ import annotations

WESTERN = ("cp1252", "iso8859-15", "mac_roman", "cp850")
CENTRAL = ("cp1250", "iso8859-2", "cp852")

#: Language → the encodings it is saved in, and words of it with letters beyond ASCII.
WORDS: dict[str, tuple[tuple[str, ...], str]] = {
    "French": (
        WESTERN,
        "bénéficiaire élèves collège crèche école théâtre aménagé mairie-annexée Orléans "
        "Besançon Nîmes forêt première année décès réseau électricité système "
        "chauffage-économe où déjà à Châteauroux",
    ),
    "German": (
        WESTERN,
        "Straße Größe Gemäldegalerie München Düsseldorf Königsplatz für Bürgerbüro Behörde "
        "Förderung Zuschüsse Gebäude Fläche Höhe Maßnahme öffentlich Übersicht Änderung "
        "jährlich",
    ),
    "Spanish": (
        WESTERN,
        "año niños España Málaga población administración educación Córdoba Cádiz más según "
        "número días subvención código dirección Logroño público",
    ),
    "Portuguese": (
        WESTERN,
        "município situação São concluída execução não Ceará Brasília educação ações saúde "
        "população orçamento câmara três órgão Goiânia até público",
    ),
    "Italian": (
        WESTERN,
        "città attività società comunità Forlì così perché più già università qualità è là",
    ),
    "Swedish": (
        WESTERN,
        "län Malmö Göteborg Örebro Skåne Jämtland år ålder kön invånare område åtgärd miljö bidrag-från-året",
    ),
    "Polish": (
        CENTRAL,
        "województwo Łódź Śląsk Małopolska-południe gmina-Święta Kraków ulica-Długa środki "
        "rządowe książka ogółem ludność powierzchnia-użytków źródło mieszkańców Gdańsk Wrocław",
    ),
    "Czech": (
        CENTRAL,
        "město úřad Plzeň České Budějovice Královéhradecký částka příjemce účel žádost "
        "školství rozpočet položka celkem-výdajů období středisko",
    ),
    "Hungarian": (
        CENTRAL,
        "összeg név Győr önkormányzat fővárosi Székesfehérvár idősek támogatás költségvetés év "
        "bevétel működési település",
    ),
    "Russian": (
        ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac_cyrillic"),
        "город область население Москва Санкт-Петербург район расходы бюджет учреждение "
        "образование здравоохранение год сумма итого наименование школа",
    ),
    "Greek": (
        ("cp1253", "iso8859-7"),
        "Πόλη Αθήνα Θεσσαλονίκη δήμος πληθυσμός προϋπολογισμός έξοδα έσοδα σύνολο σχολείο νοσοκομείο περιφέρεια",
    ),
    "Turkish": (
        ("cp1254",),
        "şehir nüfus İstanbul Diyarbakır Muğla Çanakkale Ağrı Eskişehir bütçe gelir-gider "
        "eğitim sağlık müdürlüğü belediyesi ilçe",
    ),
    "Chinese": (
        ("gb18030",),
        "财政局 教育局 北京市 上海市浦东新区 预算支出 项目名称 合计 补助对象 农业发展 环境保护 卫生院 人民政府办公室",
    ),
    "Taiwanese": (
        ("big5",),
        "臺北市政府 教育局 環境保護局 補助對象 金額 農業發展 地方法院檢察署 高雄市 衛生所 預算 統計資料 國民小學",
    ),
    "Japanese": (
        ("shift_jis", "euc_jp"),
        "としのなまえ ひらがなとカタカナ データです 東京都のまち おおさか こどもの数 ごみの量 について バスのりば",
    ),
    "Korean": (
        ("euc_kr",),
        "서울특별시 부산광역시 인구 예산 교육청 환경부 보건소 주소 사업명 합계 초등학교 도서관",
    ),
}
