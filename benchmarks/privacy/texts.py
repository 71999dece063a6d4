"""Labelled texts: personal data of every kind in every writing, and texts that only look like it.

None of the words here come from the detectors: names are those of the package Faker (surnames by commonness, given
names of its own), labels, places and sentences in ``words.txt`` were written without regard to what detectors know.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from faker import Faker

from pipelines.core.check_digits import CREDIT_CODE_ALPHABET, credit_code_check, identity_number_check, luhn_check

NUMBERS = ("identity_number", "bank_card", "sole_trader_code")
Write = Callable[[random.Random, str], str]


@dataclass(frozen=True)
class Text:
    """A text, the kind of personal data it carries (``None``: none) and the writing it is an instance of."""

    text: str
    kind: str | None
    writing: str


_listed: dict[str, list[str]] = {
    key: words.split()
    for key, words in (
        line.split(" ", 1) for line in Path(__file__).with_name("words.txt").read_text("utf-8").splitlines()
    )
}
_BEFORE = (
    "",
    "",
    "",
    "备注：",
    "已核实，",
    "见附件，",
    "补发，",
    "材料齐全。",
    "12月补报；",
    "情况属实 ",
    "二次审核通过，",
    "详询",
)
_BEHIND = ("", "", "", "。", "，请核", "；已告知", " 待补", "（第三批）", "，下月发放", "\n", "！")
_NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")
_FORMAL = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
_WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
_NEGATIVE_CIRCLED = str.maketrans("0123456789", "⓿❶❷❸❹❺❻❼❽❾")
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def _grouped(mark: str, sizes: tuple[int, ...]) -> Write:
    def write(_: random.Random, number: str) -> str:
        parts, rest = [], number
        for size in sizes:
            parts.append(rest[:size])
            rest = rest[size:]
        return mark.join([*parts, rest] if rest else parts)

    return write


def _broken(rng: random.Random, number: str) -> str:
    at = rng.randint(1, len(number) - 1)
    return number[:at] + rng.choice(("\n", "\r\n", " \n")) + number[at:]


def _disguised(rng: random.Random, number: str) -> str:
    return "".join({"0": "O", "1": "l"}.get(c, c) if rng.random() < 0.6 else c for c in number)


def _mixed(rng: random.Random, number: str) -> str:
    return "".join(c.translate(_NUMERALS) if rng.random() < 0.4 else c for c in number)


def _common(label: str, sizes: tuple[int, ...]) -> dict[str, Write]:
    """Writings of any number; ``sizes``: the groups it is usually written in."""
    return {
        "plain": lambda _, n: n,
        "labelled": lambda _, n: f"{label}：{n}",
        "label behind": lambda _, n: f"{n}（{label}）",
        "spaces between groups": _grouped(" ", sizes),
        "hyphens between groups": _grouped("-", sizes),
        "dots between groups": _grouped(".", sizes),
        "underscores between groups": _grouped("_", sizes),
        "a letter between groups": _grouped("x", sizes),
        "a word between groups": _grouped("杠", sizes),
        "space by space": lambda _, n: " ".join(n),
        "dot by dot": lambda _, n: "·".join(n),
        "asterisks between digits": lambda _, n: "*".join(n),
        "full-width": lambda _, n: n.translate(_WIDE),
        "circled": lambda _, n: n.translate(_CIRCLED),
        "negative circled": lambda _, n: n.translate(_NEGATIVE_CIRCLED),
        "other script": lambda _, n: n.translate(_ARABIC),
        "keycaps": lambda _, n: "".join(f"{c}\ufe0f\u20e3" if c.isdigit() else c for c in n),
        "numerals": lambda _, n: n.translate(_NUMERALS),
        "formal numerals": lambda _, n: n.translate(_FORMAL),
        "mixed with numerals": _mixed,
        "zero width between digits": lambda rng, n: rng.choice("\u200b\u200d\ufeff\u2060").join(n),
        "broken over lines": _broken,
        "O and l, labelled": lambda rng, n: f"{label}：{_disguised(rng, n)}",
        "in a file name": lambda _, n: f"材料_{n}_扫描件.jpg",
        "in a URL": lambda _, n: f"https://sb.example.cn/q?id={n}&t=1",
        "escaped in a URL": lambda _, n: "https://sb.example.cn/q?" + quote(f"证={n}，", safe=""),
        "escaped digits": lambda _, n: "".join(f"&#{ord(c)};" for c in n),
        "inside words": lambda _, n: f"凭{n}办理",
    }


def _day(rng: random.Random) -> str:
    return f"{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"


def identity(rng: random.Random) -> str:
    first = f"{rng.randint(11, 65)}{rng.randint(0, 9999):04d}{rng.randint(1935, 2012)}{_day(rng)}"
    first += f"{rng.randint(0, 999):03d}"
    return first + identity_number_check(first)


def card(rng: random.Random) -> str:
    prefix, length = rng.choice((("6222", 19), ("6217", 19), ("6228", 19), ("6225", 16), ("4367", 16), ("5187", 16)))
    body = prefix + "".join(str(rng.randint(0, 9)) for _ in range(length - 5))
    return body + luhn_check(body)


def credit_code(rng: random.Random, category: str) -> str:
    body = (
        category + f"{rng.randint(110000, 659999)}" + "MA" + "".join(rng.choice(CREDIT_CODE_ALPHABET) for _ in range(7))
    )
    return body + credit_code_check(body)


def mobile(rng: random.Random) -> str:
    return f"1{rng.randint(3, 9)}{rng.randint(0, 10**9 - 1):09d}"


def old_identity(rng: random.Random) -> str:
    return f"{rng.randint(11, 65)}{rng.randint(0, 9999):04d}{rng.randint(30, 89)}{_day(rng)}{rng.randint(1, 999):03d}"


_PLACES = _listed["places"]
_ESTATES = _listed["estates"]
_ROADS = _listed["roads"]
_VILLAGES = _listed["villages"]


def _address(rng: random.Random) -> dict[str, str]:
    road, estate, village = rng.choice(_ROADS), rng.choice(_ESTATES), rng.choice(_VILLAGES)
    n, m, room = rng.randint(1, 199), rng.randint(1, 30), rng.randint(1, 18) * 100 + rng.randint(1, 4)
    numeral = str(rng.randint(1, 9)).translate(_NUMERALS)
    return {
        "road and number": f"{rng.choice(_PLACES)}区{road}{n}号",
        "road, number, room": f"{road}{n}号{m}栋{room}室",
        "spaced": f"{road} {n} 号",
        "full-width": f"{road}{n}号".translate(_WIDE),
        "number in numerals": f"{road}{numeral}十{numeral}号",
        "estate, building, entrance": f"{estate}{m}栋{rng.randint(1, 4)}单元{room}室",
        "estate without room's word": f"{estate}{m}号楼{rng.randint(1, 4)}单元{room}",
        "estate in short": f"{estate}{m}-{rng.randint(1, 4)}-{room}",
        "sign for building": f"{estate}{m}#{room}",
        "village": f"{village}{rng.randint(1, 12)}组{n}号",
        "labelled village group": f"住址：{rng.choice(_PLACES)}县{village}{numeral}组",
        "lives in": f"家住{rng.choice(_PLACES)}镇{village}{rng.randint(1, 9)}社",
        "registered at": f"户籍所在地：{rng.choice(_PLACES)}省{rng.choice(_PLACES)}市{road}{n}号",
        "attached number": f"{road}{n}号附{rng.randint(1, 9)}号",
        "English": f"No. {n} {rng.choice(('Jiefang', 'Shengli', 'Gulou'))} Road",
    }


_LABELS = _listed["labels"]
_RELATIONS = _listed["relations"]
_TITLES = _listed["titles"]
_MINORITY = _listed["minority"]


def _names(rng: random.Random, name: str, other: str) -> dict[str, str]:
    label = rng.choice(_LABELS)
    return {
        "label and colon": f"{label}：{name}",
        "label and space": f"{label} {name}",
        "label in parentheses": f"{label}（{name}）",
        "label directly": f"{label}{name}",
        "label and telephone": f"{label}{name}，电话{mobile(rng)}",
        "is called": f"{label}为{name}",
        "spaced name": f"{label}：{' '.join(name)}",
        "relation": f"其{rng.choice(_RELATIONS)}{name}代办",
        "form of address": f"{name}{rng.choice(_TITLES)}已签收",
        "form of address inside": f"经与{name}{rng.choice(_TITLES)}核实",
        "man or woman": f"{name}，{rng.choice('男女')}，{rng.randint(20, 90)}岁",
        "born": f"{name}（{rng.randint(1935, 2005)}年生）",
        "before a number": f"{name} {mobile(rng)}",
        "identity of": f"缺{name}身份证复印件",
        "alone": name,
        "list": f"{name}、{other}",
        "minority": f"{label}：{rng.choice(_MINORITY)}",
        "minority alone": rng.choice(_MINORITY),
        "file name": f"{name}_申请表.pdf",
        "in a sentence": f"{name}反映路灯不亮",
    }


_WORDS = _listed["words"]
_ORGANISATIONS = _listed["organisations"]
_STREETS = _listed["streets"]
_OFFICIALS = _listed["officials"]
_SENTENCES = _listed["sentences"]


def _harmless(rng: random.Random, fake: Faker) -> dict[str, str]:
    year, division = rng.randint(2019, 2027), rng.randint(510000, 519999)
    labels = ("负责人单位", "建设单位", "联系人单位", "业主")
    endings = ("较上年增加", "已完成", "待核", "：见附件", "为重点")
    uuid = f"{rng.getrandbits(32):08x}-{rng.getrandbits(16):04x}-4{rng.getrandbits(12):03x}-a{rng.getrandbits(12):03x}"
    return {
        "project code": f"{year}-{division}-{rng.randint(10, 99)}-{rng.randint(1, 9):02d}-{rng.randint(0, 999999):06d}",
        "payment code": f"NY-{year}Q{rng.randint(1, 4)}-{rng.randint(580100, 580112)}-{rng.randint(0, 999999):06d}",
        "document number": f"云财预〔{year}〕{rng.randint(1, 300)}号",
        "amount": f"{rng.randint(1, 10**9) / 100:.2f}",
        "amount with separators": f"{rng.randint(10**6, 10**12):,}.{rng.randint(0, 99):02d}",
        "amount in words": f"投资{rng.randint(10, 99)}亿元，其中{rng.randint(1, 9)}千万元自筹",
        "budget code": str(rng.choice((205, 206, 208, 210, 213))) + f"{rng.randint(1, 99):02d}{rng.randint(1, 99):02d}",
        "division code": f"{rng.randint(510000, 519999)}{rng.randint(0, 999999):06d}",
        "company's code": credit_code(rng, rng.choice(("91", "11", "12", "52", "N2", "93"))),
        "labelled company's code": f"统一社会信用代码：{credit_code(rng, '91')}",
        "coordinates": f"{rng.uniform(73, 135):.7f},{rng.uniform(18, 53):.7f}",
        "date": f"{year}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
        "days": f"{year}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日至{year + 1}年{rng.randint(1, 12)}月",
        "time": f"{year}{_day(rng)}{rng.randint(0, 235959):06d}",
        "UUID": f"{uuid}-{rng.getrandbits(48):012x}",
        "SHA-256": f"{rng.getrandbits(256):064x}",
        "licence": f"建字第{rng.randint(510000000000000, 519999999999999)}号",
        "licence with letters": f"JY1{rng.randint(5100000000000, 5199999999999)}A",
        "public hotline": rng.choice(
            ("12345", "12315热线", "拨打12333", "110报警", "4008208820", "400-123-4567", "95588")
        ),
        "list of figures": "、".join(str(rng.randint(1, 9999)) for _ in range(rng.randint(3, 9))),
        "word like a name": rng.choice(_WORDS),
        "words like names": "、".join(rng.sample(_WORDS, 3)),
        "word in a sentence": f"{rng.choice(_WORDS)}{rng.choice(endings)}",
        "organisation": rng.choice(_ORGANISATIONS),
        "company": fake.company(),
        "labelled organisation": f"{rng.choice(labels)}：{rng.choice(_ORGANISATIONS)}",
        "street": rng.choice(_STREETS),
        "street and part": f"{rng.choice(_STREETS)}（{rng.choice(_STREETS)}至{rng.choice(_STREETS)}）",
        "official": rng.choice(_OFFICIALS).format(fake.name()),
        "sentence": rng.choice(_SENTENCES),
        "two sentences": "，".join(rng.sample(_SENTENCES, 2)),
        "words": fake.sentence(nb_words=8),
        "city": fake.city(),
        "version": f"{rng.randint(0, 9)}.{rng.randint(0, 99)}.{rng.randint(0, 99)}",
        "temperature list": ", ".join(f"{rng.uniform(10, 39):.1f}" for _ in range(8)),
        "share": f"{rng.uniform(0, 100):.{rng.randint(1, 10)}f}%",
    }


def _others(rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """Kinds without a number that proves itself."""
    local = f"{rng.randint(2, 8)}{rng.randint(0, 9999999):07d}"
    area = rng.choice(("010", "028", "0571", "0816", "021", "0991"))
    yield "landline", "area code, hyphen", f"{area}-{local}"
    yield "landline", "area code in parentheses", f"（{area}）{local}"
    yield "landline", "labelled, without area code", f"{rng.choice(('电话', '办公电话', '固话', '座机'))}：{local}"
    yield "landline", "labelled, in one piece", f"联系电话{area}{local}"
    yield "landline", "extension", f"{area}-{local}转{rng.randint(100, 999)}"
    yield "landline", "full-width", f"{area}－{local}".translate(_WIDE)
    user, host = (
        f"{rng.choice(('lihua', 'wangmin', 'zs', 'chen_y'))}{rng.randint(1, 9999)}",
        rng.choice(("qq.com", "163.com", "126.com")),
    )
    yield "email", "plain", f"{user}@{host}"
    yield "email", "full-width", f"{user}＠{host}"
    yield "email", "spaced", f"{user} @ {host.replace('.', ' . ')}"
    yield "email", "number sign", f"{user}#{host}"
    yield "email", "at in words", f"{user}(at){host}"
    yield "email", "other host", f"邮箱{user}@mail.example.org.cn"
    letter = rng.choice("EGDSP")
    yield "passport", "labelled", f"护照号：{letter}{rng.randint(0, 99999999):08d}"
    yield "passport", "label behind", f"{letter}{rng.randint(0, 99999999):08d}（护照）"
    yield "passport", "English", f"Passport No. E{rng.choice('ABCDEFGH')}{rng.randint(0, 9999999):07d}"
    yield "passport", "permit", f"港澳通行证C{rng.randint(0, 99999999):08d}"
    yield "passport", "spaced", f"护照 {letter} {rng.randint(1000, 9999)} {rng.randint(1000, 9999)}"
    province, office = rng.choice("川京沪渝粤浙"), rng.choice("ABCDEF")
    yield "plate", "plain", f"车牌{province}{office}{rng.randint(10000, 99999)}"
    yield "plate", "dot", f"{province}{office}·{rng.randint(100, 999)}{rng.choice('ABCDEFGH')}{rng.randint(1, 9)}"
    yield "plate", "electric", f"{province}{office}D{rng.randint(10000, 99999)}"
    yield "plate", "lower case", f"{province}{office.lower()}{rng.randint(10000, 99999)}"
    yield "plate", "spaced", f"{province} {office} {rng.randint(10000, 99999)}"
    yield "messaging_account", "WeChat", f"微信：{rng.choice(('lucky', 'wx', 'abc'))}_{rng.randint(1000, 99999)}"
    yield (
        "messaging_account",
        "WeChat in Latin letters",
        f"wechat: {rng.choice(('yun', 'hua'))}{rng.randint(1000, 99999)}",
    )
    yield "messaging_account", "QQ", f"QQ{rng.randint(10**6, 10**10)}"
    yield "messaging_account", "label behind", f"{rng.randint(10**7, 10**9)}（QQ）"
    yield "messaging_account", "add me", f"加微信 {rng.choice(('mm', 'lx'))}{rng.randint(10000, 99999)}"
    yield "identity_number", "last digits", f"身份证{rng.choice(('尾号', '后四位', '末4位'))}{rng.randint(0, 9999):04d}"
    yield "identity_number", "fifteen digits", f"老证{old_identity(rng)}"
    yield "identity_number", "mistyped, labelled", f"身份证号{identity(rng)[:16]}{rng.randint(0, 9)}{rng.randint(0, 9)}"
    yield "bank_card", "last digits", f"{rng.choice(('卡号尾号', '银行卡后四位', '卡尾号'))}{rng.randint(0, 9999):04d}"
    yield "bank_card", "passbook", f"存折{rng.randint(10**14, 10**16)}"


def texts(count: int, seed: int) -> list[Text]:
    """About ``count`` texts, the same for the same seed: every writing about as often, half of them harmless."""
    rng, fake = random.Random(seed), Faker("zh_CN")
    fake.seed_instance(seed)
    made: list[Text] = []
    numbers = {
        "identity_number": (identity, _common("身份证", (6, 8))),
        "bank_card": (card, _common("银行卡号", (4, 4, 4))),
        "mobile": (mobile, _common("手机", (3, 4))),
    }
    while len(made) < count:
        positive: list[tuple[str, str, str]] = list(_others(rng))
        for kind, (value, writings) in numbers.items():
            positive += [(kind, writing, write(rng, value(rng))) for writing, write in writings.items()]
        code = credit_code(rng, "92")
        positive += [
            ("sole_trader_code", writing, text)
            for writing, text in {
                "plain": code,
                "labelled": f"统一代码：{code}",
                "lower case": code.lower(),
                "spaces between groups": f"{code[:8]} {code[8:17]} {code[17]}",
                "full-width": code.translate(_WIDE),
                "O for 0": code.replace("0", "O"),
                "inside words": f"经营者{code}名下",
                "in a URL": f"https://x.example.cn/{code}?a=1",
            }.items()
        ]
        positive += [("address", writing, text) for writing, text in _address(rng).items()]
        for writing in _names(rng, "", ""):
            positive.append(("personal_name", writing, _names(rng, fake.name(), fake.name())[writing]))
        for kind, writing, text in positive:
            wrapped = writing in {"alone", "list", "minority alone"}
            around = text if wrapped else rng.choice(_BEFORE) + text + rng.choice(_BEHIND)
            made.append(Text(around, kind, writing))
        for _ in range(4):
            made += [Text(text, None, writing) for writing, text in _harmless(rng, fake).items()]
    return made
