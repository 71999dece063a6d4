"""Names of persons in a text: beside a word that says so, before a form of address, alone in a cell, in a list.

How much likelier a character is in names than in running text is known by level (base 2 logarithms, counted over
given names and over a dictionary's words by their frequency). A candidate is a surname and one or two characters;
the levels add up, and what stands beside it says how many are enough. Words that would pass for names by their
characters are listed.

No names: of those whose office is named with them (they act in public), and what goes on as a place or a body does
(王家村, 张伟超市). Names in Latin letters are not looked for.

Takes plain text (compatibility forms resolved, see :mod:`pipelines.core.personal_writing`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

_HAN = r"[\u4e00-\u9fff]"
#: Characters that are in no name. So much tells against a candidate.
_UNKNOWN = -7
#: Surnames of two characters are hardly anything else.
_COMPOUND_LEVEL = 9
_COMPOUNDS = (
    "欧阳|司马|上官|诸葛|慕容|司徒|夏侯|皇甫|尉迟|公孙|令狐|长孙|宇文|端木|独孤|南宫|西门|呼延|东郭|申屠|轩辕"
    "|鲜于|闻人|澹台|淳于|濮阳|赫连|完颜|纳兰"
)
#: What candidates need: alone in a cell, in a list, before a form of address, before other
#: words that follow persons, directly behind a label, set apart from it.
_ALONE, _LISTED, _ADDRESSED, _FOLLOWED, _BESIDE, _APART = 8, 5, 5, 9, 4, -1

#: Words for a person, behind which the name comes.
LABELS = (
    "联系人|联络人|户主|经办人|经手人|申请人|申报人|申领人|受益人|领款人|收款人|领取人|代领人|签收人|监护人"
    "|抚养人|赡养人|照料人|护理人|被抚养人"
    "|救助对象|补贴对象|补助对象|帮扶对象|保障对象|低保户|低保对象|低保边缘户|贫困户|五保户|特困户|困难户"
    "|脱贫户|监测户|特困人员|困难人员|五保老人|残疾人|老人|儿童|孤儿"
    "|学生|患者|病人|死者|伤者|逝者|遇难者|姓 {0,6}名|名字|本人|配偶|丈夫|妻子|爱人|父亲|母亲|儿子|女儿"
    "|哥哥|姐姐|弟弟|妹妹|岳父|岳母|侄子|侄女|外甥|儿媳"
    "|女婿|孙子|孙女|长子|次子|长女|次女|其子|其女|其妻|其夫|其父|其母"
    "|家属|亲属|被征收人|被拆迁人|承租人|出租人|房东|房主|业主|户名|开户人|持卡人|账户名|填表人|制表人|填报人"
    "|审核人|复核人|记录人|登记人|录入人|核实人|收件人|寄件人"
    "|负责人|村民|居民|群众|农户|养殖户|种植户|种粮大户|大户|车主|机主|司机|驾驶员|举报人|投诉人|信访人|来访人"
    "|上访人|反映人|当事人|证人|报案人|职工|员工|工人|病友|烈属"
    "|退役军人|优抚对象|帮扶人|代办人|护理员|护工|网格员|社工|楼长|组长|产权人|所有权人|承包人|受助人|捐赠人"
    "|遗属|报名人|投保人|被保险人|受让人|转让人|继承人|纳税人姓名"
)
#: Whatever ends like this, or says what somebody did, has a name behind a colon.
ROLES = r"(?:[人者员户主]|制表|填表|编制|审核|复核|审批|经办|记录|联系|签[字名收]|收款|领款)[:(]{1,2} ?"
_BETWEEN = (
    rf"(?:[ ]?(?:姓名|名字|名称|名单))?(?:[及和与、/]{_HAN}{{2,6}})?"
    r"(?P<apart>[ :=是为叫系,;、\-_()\[\]【】\"“”'‘’<>《》|/。.]{0,6})"
)
#: Forms of address, behind the name; figures that tell a person's birth or number.
TITLES = (
    "同志|先生|女士|小姐|老人|大爷|大妈|大娘|奶奶|爷爷|阿姨|师傅|老师|同学|一家|夫妇|夫妻|本人"
    "|等[0-9一二三四五六七八九十]{1,4}[人户名位]"
    r"|[ ,(、/]{1,2}[男女](?:[ ,)、/。;性]|$)|[ ,(、/]{0,2}(?:19|20)[0-9]{2}年[0-9]{0,2}月?[0-9]{0,2}日?(?:出生|生)"
    r"|[ ,:(、/]{0,2}\+?[0-9][0-9 \-]{9,}[0-9Xx]"
)
#: What else is said of persons, and of other things as well.
FOLLOWING = (
    "户|家庭|的?家属|之[子女妻夫父母]"
    "|的?(?:身份证|手机|联系|电话|住址|银行卡|存折|账户|账号|申请|低保|补贴|户口|家中|家住|家庭|父亲|母亲|妻子"
    "|丈夫|儿子|女儿|哥哥|姐姐|弟弟|妹妹|岳父|岳母|侄子|侄女|外甥|反映|来电|来访|投诉|病历|病情|残疾证)"
    r"|_|\.(?:jpe?g|png|pdf|docx?|xlsx?)"
)
#: Whoever acts in an office acts in public.
_OFFICE = re.compile(
    "市长|县长|区长|州长|省长|镇长|乡长|局长|厅长|部长|处长|科长|书记|主任|主席|委员|院长|校长|检察长|总经理"
    "|董事长|秘书长|署长|主持|签发|任命|任免|免去|任职|法定代表人|代表人|党组|党委"
)
_OFFICE_BEFORE, _OFFICE_BEHIND = 8, 10
#: What the names of bodies end in, behind a label that persons and bodies may stand behind.
_BODY = re.compile(
    rf"{_HAN}{{3,20}}(?:公司|集团|百货|[局院处所部站社会馆行心场团委店厂校坊铺]|[大中小]学|幼儿园|[县市区镇乡村](?:政府|委)?)(?!{_HAN})"
)
#: A candidate that goes on like this is a place, a road, a body or a thing.
_NO_PERSON = re.compile(
    r"[家氏]?[村镇乡县市区州街路巷桥河江湖山庄寨屯坝堤沟湾岛岭峰庙寺塔馆厅厂店场站港行社校院局所处部室会园苑城楼港园段线井泉塘溪]"
    "|公司|集团|有限|超市|合作|中心|社区|小区|大道|水库|工程|项目|商[行店贸]|便利|餐[馆饮厅]|诊所|药[店房]"
    "|农场|经营|工作室|工程队|大学|中学|小学|幼儿|学校|医院|银行|基金|机关|单位|部门"
)

#: What names of Uyghurs, Kazakhs, Tibetans and Mongols are transliterated with that have a dot between their parts.
_TRANSLITERATING = (
    "阿卜杜拉布都热买合木提麦艾依力江古丽努尔孜帕克吐逊肉巴哈吾玛扎西顿珠才让卓多吉次仁旺央金达娃尼罗桑加措格曲白索朗洛平边普班禅贡嘎强嘉"
    "娜则拜山旦琼姆丁瓦增培松斯里别沙比伊明外塔亚森祖赛苏莱曼玉素甫坦穆罕默德乌鲁不坎杰汗列居马那胡叶肯夏萨迪莎库呼和图雅其日勒额宝音道奥云荣特敖登高兰花琴卡托地"
)


@cache
def _levels(part: str) -> Mapping[str, int]:
    """Character → level, of surnames or of given names."""
    return {character: int(row["level"]) for row in _rows() if row["part"] == part for character in row["characters"]}


@cache
def _words() -> frozenset[str]:
    """Words that would pass for names."""
    return frozenset(word for row in _rows() if row["part"] == "word" for word in row["characters"].split("|"))


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with (resources.files("pipelines.core") / "name_characters.csv").open(encoding="utf-8") as stream:
        return tuple(csv.DictReader(stream))


def _those_of(part: str, least: int) -> str:
    return "".join(sorted(character for character, level in _levels(part).items() if level >= least))


#: Patterns are compiled when the first text is looked at: most commands look at none.
_SURNAME = rf"(?:{_COMPOUNDS}|[{_those_of('surname', -3)}])"
_GIVEN = f"[{_those_of('given', -2)}]"
_LABELLED = rf"(?:(?:{LABELS}){_BETWEEN}|(?P<role>{ROLES}))(?P<name>{_SURNAME} {{0,3}}{_HAN}(?: ?{_HAN})?)"
_TITLED = rf"(?=(?P<name>{_SURNAME} ?{_GIVEN}(?: ?{_GIVEN})??) ?(?:(?P<title>{TITLES})|{FOLLOWING}))"
_ONE = rf"{_SURNAME} {{0,3}}{_HAN}{{1,2}}"
_WHOLE = rf"[ \-:;,.()、。]*(?P<name>{_ONE})[ \-:;,.()、。0-9]*"
_LIST = rf"(?:{_ONE}[、,;/ ]{{1,3}})+{_ONE}[。.;等]?"
_ONES = _ONE
_SURE = f"{_SURNAME} {{0,3}}{_GIVEN}"
_ALL_HAN = re.compile(f"{_HAN}{{2,4}}")
_PART = rf"[{''.join(sorted(set(_TRANSLITERATING)))}]{{2,6}}"
_DOTTED = rf"{_PART}·{_PART}|(?:{LABELS})[ :为是叫(]{{0,3}}{_HAN}{{2,6}}·{_HAN}{{2,6}}"

#: RE2 pattern that every plain text with a name matches.
NAME_SCREEN = "|".join(
    (
        rf"(?:{LABELS}){_BETWEEN.replace('?P<apart>', '?:').replace('{0,6}', '{1,6}')}{_SURNAME} {{0,3}}{_HAN}",
        rf"{ROLES}{_SURNAME} {{0,3}}{_HAN}|(?:{LABELS}){_BETWEEN.partition('(?P<apart>')[0]}{_SURNAME} {{0,3}}{_GIVEN}",
        rf"^[ \-:;,.()、。]*{_ONE}(?:[、,;/ ]{{1,3}}{_ONE})*[ \-:;,.()、。0-9等]*$|{_HAN}·{_HAN}",
        rf"{_SURNAME} ?{_GIVEN}(?: ?{_GIVEN})? ?(?:{TITLES}|{FOLLOWING})",
    )
).replace(_HAN, r"[\x{4e00}-\x{9fff}]")


def has_name(plain: str) -> bool:
    """Tell whether somebody's name is in the text."""
    if plain.isascii():
        return False
    return any(_candidates(plain)) or ("·" in plain and re.search(_DOTTED, plain) is not None)


def name_level(name: str) -> int:
    """How much speaks for ``name`` being one: the sum of its characters' levels. Listed words: the least."""
    closed = name.replace(" ", "")
    surname = 2 if closed[:2] in _COMPOUNDS.split("|") and len(closed) > 2 else 1
    if closed in _words() or (surname == 1 and closed[:2] in _words()):
        return 3 * _UNKNOWN
    own = _COMPOUND_LEVEL if surname == 2 else _levels("surname").get(closed[0], _UNKNOWN)
    given = _levels("given")
    return own + sum(given.get(character, _UNKNOWN) for character in closed[surname:])


def _candidates(plain: str) -> Iterator[bool]:
    """One verdict after the other, the cheapest first."""
    whole = re.fullmatch(_WHOLE, plain)
    if whole is not None:
        yield name_level(whole["name"]) >= _ALONE
    if re.fullmatch(_LIST, plain.strip()) is not None:
        yield all(name_level(name) >= _LISTED for name in re.findall(_ONES, plain))
    for match in re.finditer(_LABELLED, plain):
        yield _is_labelled(plain, match)
    for match in re.finditer(_TITLED, plain):
        yield _is_addressed(plain, match)


def _is_labelled(plain: str, match: re.Match[str]) -> bool:
    """The longer reading or the shorter one is a name, and what follows it makes it no place."""
    apart, text = match["apart"] or match["role"], plain[match.start("name") : match.end("name") + 4]
    needed = _BESIDE if match["role"] or not apart else _APART
    if apart and _BODY.match(plain, match.start("name")) is not None:
        return False
    if not apart and re.match(_SURE, text) is None:
        return False
    closed = text.replace(" ", "") if " " in match["name"] else text
    longest = 4 if closed[:2] in _COMPOUNDS.split("|") else 3
    return any(
        name_level(closed[:length]) >= needed and _NO_PERSON.match(closed, length) is None
        for length in (longest, longest - 1)
        if _ALL_HAN.fullmatch(closed[:length])
    )


def _is_addressed(plain: str, match: re.Match[str]) -> bool:
    if name_level(match["name"]) < (_FOLLOWED if match["title"] is None else _ADDRESSED):
        return False
    around = plain[max(0, match.start("name") - _OFFICE_BEFORE) : match.end("name") + _OFFICE_BEHIND]
    return _OFFICE.search(around) is None
