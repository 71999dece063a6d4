"""The search index for made-up catalogs: CPU seconds of the first time and after changes, and the bytes of queries.

``python -m benchmarks.portal.search [datasets ...]`` asks the engine itself in Chromium, with nothing in its cache, and
counts the files that it loads for a query and its first twenty results, each compressed as web servers do (gzip, level
6) and as it is.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from browsing import chromium
from playwright.sync_api import Request

from benchmarks.process import Timer, peak, run_child
from pipelines.catalog.metadata.gathering import catalog_facts
from pipelines.portal.assets import own_assets
from pipelines.portal.cards import Card
from pipelines.portal.rendering import Site
from pipelines.portal.search import search_pages
from pipelines.portal.state import PortalState
from pipelines.portal.writing import PageWriter
from pipelines.publish import FolderStore
from pipelines.registry import load_catalog

_ROOT = Path(__file__).resolve().parents[2]
_QUERIES = ("预算", "部门预算", "行政处罚", "养老机构", "yusuan", "ysbm", "budget", "school water", "公共资源交易信息")
#: What titles, texts and names are made of.
_AREAS = (
    "预算", "决算", "采购", "招标", "中标", "土地", "规划", "许可", "处罚", "检查", "执法", "教育", "学校", "幼儿园",
    "医疗", "医院", "卫生", "药品", "食品", "餐饮", "养老", "机构", "救助", "低保", "补贴", "农业", "林业", "水利",
    "水质", "空气", "噪声", "交通", "公交", "停车", "道路", "桥梁", "隧道", "住房", "公租房", "物业", "燃气", "供水",
    "供电", "消防", "应急", "统计", "人口", "就业", "社保", "税收", "企业", "商标", "专利", "旅游", "文物", "图书馆",
    "体育", "信访", "建议", "提案", "审计", "绩效", "工程", "项目",
)  # fmt: skip
_FORMS = (
    "清单", "名录", "目录", "明细", "信息", "结果", "情况", "统计表", "台账", "公告", "计划", "标准", "价格",
    "监测数据", "分布", "排名", "年报", "月报", "指标", "评价",
)  # fmt: skip
_OBJECTS = (
    "部门", "单位", "企业", "个人", "街道", "乡镇", "社区", "项目", "合同", "设施", "岗位", "资金", "面积", "数量",
    "金额", "日期", "地址", "等级", "类别", "编号", "名称", "负责人", "依据", "期限", "状态", "来源", "用途", "频次",
    "合格率", "增长率",
)  # fmt: skip
_ENGLISH = (
    "budget", "account", "procurement", "tender", "award", "land", "planning", "permit", "penalty", "inspection",
    "enforcement", "education", "school", "kindergarten", "health", "hospital", "drug", "food", "catering", "care",
    "institution", "relief", "allowance", "subsidy", "farming", "forest", "water", "quality", "air", "noise",
    "transport", "bus", "parking", "road", "bridge", "tunnel", "housing", "rental", "gas", "supply", "power", "fire",
    "emergency", "statistics", "population", "employment", "insurance", "tax", "company", "trademark", "patent",
    "tourism", "heritage", "library", "sport", "petition", "proposal", "audit", "performance", "works", "project",
)  # fmt: skip
_PLACES = (
    "东城", "西城", "南山", "北湖", "江岸", "河口", "临港", "新区", "高新", "古城", "云山", "青林", "白沙", "石桥",
    "金水", "玉泉",
)  # fmt: skip


def cards(count: int) -> list[Card]:
    """Datasets of a large city and its districts; the same ones each time."""
    drawn = random.Random(count)
    return [_card(number, drawn) for number in range(count)]


def _card(number: int, drawn: random.Random) -> Card:
    areas = [drawn.randrange(len(_ENGLISH)) for _ in range(3)]
    zh, en = [_AREAS[area] for area in areas], [_ENGLISH[area] for area in areas]
    place, office = drawn.choice(_PLACES), drawn.randrange(120)
    objects, theme = drawn.sample(_OBJECTS, 12), f"{areas[0] % 14}"
    title = f"{place}区{''.join(zh)}{drawn.choice(_FORMS)}"
    if number == 0:
        title, en = "部门预算", ["department", "budget", "lines"]
    day = f"{drawn.randrange(2023, 2027)}-{drawn.randrange(1, 13):02}-{drawn.randrange(1, 29):02}T00:00:00Z"
    about = (
        f"{title}，每行一个{objects[0]}：{'、'.join(objects[1:9])}，由{zh[1]}主管单位报送，{zh[2]}相关内容另见"
        f"{drawn.choice(_AREAS)}{drawn.choice(_FORMS)}，文号{drawn.randrange(10**6)}。"
    )
    told = (
        f"Every {en[0]} of district {place}, one row each, with {en[1]} and {en[2]}; file {drawn.randrange(10**6)}, "
        f"see also {drawn.choice(_ENGLISH)} and {drawn.choice(_ENGLISH)}."
    )
    return Card(
        id=f"{'_'.join(en)}_{number}", title={"zh": title, "en": f"{' '.join(en).capitalize()} {number}"},
        summary={"zh": about, "en": told}, theme=theme,
        theme_title={"zh": _AREAS[int(theme)], "en": _ENGLISH[int(theme)]},
        publishers={f"office_{office}": {"zh": f"{place}区{_AREAS[office % 50]}局", "en": f"Bureau {office}"}},
        unit=f"office_{office}", keywords={"zh": zh, "en": en},
        fields={"zh": objects, "en": [f"{drawn.choice(_ENGLISH)} {drawn.choice(_ENGLISH)}" for _ in objects]},
        disclosure_class=drawn.choice(["decision", "execution", "management", "service", "result"]),
        attribute=drawn.choice(["active", "active", "partly"]),
        period=drawn.choice(["monthly", "quarterly", "yearly", "none"]), periods=("2024", "2026"),
        formats=drawn.choice([("CSV", "Parquet", "XLSX", "ZIP"), ("CSV", "Parquet", "ZIP")]),
        version="1.0.0", issued=day, released=day, rows=drawn.randrange(10**6), size=1, points=None, codelists={},
    )  # fmt: skip


def measured(folder: Path, shown: Sequence[Card]) -> tuple[float, float]:
    """CPU seconds of bringing a catalog's index up to date, and the peak memory so far."""
    registry = load_catalog(_ROOT / "catalog_schema")
    site = Site(catalog_facts(registry, "https://data.example/"), own_assets())
    store = FolderStore(folder / "catalog")
    texts = [card.as_json() for card in sorted(shown, key=lambda card: card.id)]
    with PortalState.open(folder / "portal.sqlite") as state:
        pages = PageWriter(store, state, "(search)")
        with Timer() as timer:
            search_pages(site, state, lambda: texts, pages, "1")
            pages.finish()
    return timer.cpu, peak()


def child(folder: Path, count: int, change: str) -> dict[str, Any]:
    """What one process measures of one change."""
    shown = cards(count)
    if change == "rows":
        shown[7] = dataclasses.replace(shown[7], rows=1, released="2026-12-31T00:00:00Z")
    elif change == "title":
        shown[7] = dataclasses.replace(shown[7], title={"zh": "全新标题甲乙丙", "en": "Brand new"})
    elif change == "new":
        shown.append(dataclasses.replace(shown[7], id="one_more", issued="2027-01-01T00:00:00Z"))
    seconds, memory = measured(folder, shown)
    return {"cpu": seconds, "peak": memory}


def loaded(folder: Path) -> dict[str, tuple[int, int, int, int]]:
    """Per query: datasets found, files, and bytes as they are and compressed."""
    found = {}
    root = folder / "catalog"
    engine = next(asset for name, asset in own_assets().items() if name == "search_engine.js")
    (root / "engine.js").write_bytes(engine.content)
    (root / "index.html").write_text("<!doctype html><title>search</title>", "utf-8")
    handler = partial(_Quiet, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, chromium() as browser:
        Thread(target=server.serve_forever, daemon=True).start()
        for query in _QUERIES:
            asked: list[str] = []
            with browser.new_context() as context:
                page = context.new_page()
                page.goto(f"http://127.0.0.1:{server.server_port}/")
                page.on("request", partial(_note, asked))
                count = page.evaluate(_ASK, query)
            contents = [root.joinpath(path[1:]).read_bytes() for path in asked if path.startswith("/search/")]
            found[query] = (
                count,
                len(contents),
                sum(map(len, contents)),
                sum(len(gzip.compress(x, 6)) for x in contents),
            )
        server.shutdown()
    return found


_ASK = """async (query) => {
    const { Engine } = await import("/engine.js");
    const engine = await new Engine(new URL("/search/index.json", location.href), "zh").open();
    const found = await engine.find(query);
    await engine.cards(found.slice(0, 20));
    return found.length;
}"""


def _note(asked: list[str], request: Request) -> None:
    asked.append(urlsplit(request.url).path)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main(counts: Sequence[int]) -> None:
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for change in ("first", "nothing", "rows", "title", "new"):
                result = run_child("benchmarks.portal.search", "--child", name, str(count), change)
                print(f"{count:>6} {change:<8} {result['cpu']:6.2f} CPU s {result['peak']:5.0f} MB")
            files = [path for path in folder.joinpath("catalog/search").rglob("*") if path.is_file()]
            print(f"{count:>6} {len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB")
            for query, (found, number, plain, packed) in loaded(folder).items():
                size = f"{plain / 1e3:.0f} kB, gzip {packed / 1e3:.1f} kB"
                print(f"{count:>6} {query}: {found} found, {number} files, {size}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(child(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])))
    else:
        main([int(each) for each in sys.argv[1:]] or [22, 5000])
