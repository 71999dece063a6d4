"""The city of Yunchuan: its districts, streets, and the words its people and organisations are named with.

Organisations, programmes and subjects are named by their codes in ``catalog_schema/``; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class District:
    """A district, and its share of the city's people (all shares sum to 1)."""

    code: str
    name: str
    share: float


DISTRICTS = (
    District("580102", "云溪区", 0.24),
    District("580103", "川南区", 0.20),
    District("580104", "望湖区", 0.17),
    District("580121", "青岭县", 0.14),
    District("580122", "松河县", 0.13),
    District("580181", "临泽市", 0.12),
)

#: Names as the departments write them at the head of their files.
ORGANISATION_NAMES = {
    "agriculture_bureau": "云川市农业农村局",
    "audit_bureau": "云川市审计局",
    "civil_affairs_bureau": "云川市民政局",
    "ecology_environment_bureau": "云川市生态环境局",
    "education_bureau": "云川市教育局",
    "emergency_bureau": "云川市应急管理局",
    "finance_bureau": "云川市财政局",
    "government_office": "云川市人民政府办公室",
    "health_commission": "云川市卫生健康委员会",
    "healthcare_security_bureau": "云川市医疗保障局",
    "housing_bureau": "云川市住房和城乡建设局",
    "human_resources_bureau": "云川市人力资源和社会保障局",
    "market_regulation_bureau": "云川市市场监督管理局",
    "public_resource_trading_centre": "云川市公共资源交易中心",
    "transport_bureau": "云川市交通运输局",
    "water_bureau": "云川市水利局",
}

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂英华玉兰建国志文春梅海燕秀珍晓红云飞雪晨宇轩梓涵浩然思"
STREETS = (
    "人民路", "建设路", "解放路", "和平街", "朝阳街", "滨河路", "青年路", "学府路", "清泉巷", "桂花巷",
    "望江路", "松林路", "云锦街", "石桥街", "新华路", "丰收路",
)  # fmt: skip
VILLAGES = (
    "石桥村", "柳林村", "上坝村", "双河村", "青山村", "白沙村", "红旗村", "大湾村", "竹园村", "龙泉村",
    "前进社区", "滨江社区", "东门社区", "清河社区", "新村社区", "西苑社区",
)  # fmt: skip
TRADE_WORDS = ("兴隆", "万顺", "德盛", "和顺", "永丰", "金穗", "绿源", "嘉禾", "惠民", "康宁", "福寿", "瑞祥")
