"""Precision and recall of the detectors of personal data on labelled texts, and what contestants reach on names.

    python -m benchmarks.privacy.run [--count 20000] [--seed 1] [--misses]

A text of one kind may carry others as well (a name beside a telephone number), so a finding of any kind in a text that
carries something is no false alarm; precision counts the findings of a kind in harmless texts.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable

import pyarrow as pa

from benchmarks.privacy.contestants import contestants
from benchmarks.privacy.texts import Text, texts
from pipelines.core.personal_data import PersonalData, looks_like_personal_data
from pipelines.disclose.scan import suspected_kinds

_ROWS = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--contestants", action="store_true", help="also libraries that tag names, where installed")
    parser.add_argument("--misses", action="store_true", help="list writings that are missed, and false alarms")
    options = parser.parse_args()
    made = texts(options.count, options.seed)
    found = [looks_like_personal_data(text.text) for text in made]
    print(f"{len(made):,} texts, seed {options.seed}\n")
    print("| kind | texts | recall | false alarms | precision |\n| --- | ---: | ---: | ---: | ---: |")
    for kind in PersonalData:
        _row(kind.value, made, [kind.value in kinds for kinds in found], kind.value)
    print("\n| names | recall | precision | texts/s |\n| --- | ---: | ---: | ---: |")
    _contest("gongkai", lambda text: "personal_name" in looks_like_personal_data(text), made)
    for name, finds in contestants() if options.contestants else ():
        _contest(name, finds, made)
    _throughput()
    if options.misses:
        _tell_misses(made, found)


def _row(name: str, made: list[Text], found: list[bool], kind: str) -> None:
    of_kind = [hit for text, hit in zip(made, found, strict=True) if text.kind == kind]
    alarms = sum(hit for text, hit in zip(made, found, strict=True) if text.kind is None)
    hits = sum(of_kind)
    print(f"| {name} | {len(of_kind):,} | {hits / len(of_kind):.4f} | {alarms} | {hits / max(1, hits + alarms):.4f} |")


def _contest(name: str, finds: Callable[[str], bool], made: list[Text]) -> None:
    chosen = [text for text in made if text.kind in {None, "personal_name"}]
    began = time.process_time()
    found = [finds(text.text) for text in chosen]
    seconds = time.process_time() - began
    hits = sum(hit for text, hit in zip(chosen, found, strict=True) if text.kind)
    alarms = sum(hit for text, hit in zip(chosen, found, strict=True) if not text.kind)
    names = sum(text.kind is not None for text in chosen)
    print(f"| {name} | {hits / names:.3f} | {hits / max(1, hits + alarms):.3f} | {len(chosen) / seconds:,.0f} |")


def _throughput() -> None:
    """A column of a million codes, amounts and short notes, scanned in batches as disclosure does."""
    rng = random.Random(1)
    words = [
        "道路",
        "项目",
        "建设",
        "验收",
        "工程",
        "资金",
        "拨付",
        "进度",
        "居民",
        "补贴",
        "发放",
        "审核",
        "低保",
        "农户",
        "材料",
        "水库",
        "加固",
        "学校",
        "老人",
        "养老",
        "2025年",
        "3月",
        "雨天",
        "合格",
        "医疗",
        "政策",
    ]
    column = [
        f"NY-2025Q{rng.randint(1, 4)}-5801{rng.randint(10, 99)}-{rng.randint(0, 999999):06d}"
        for _ in range(_ROWS * 2 // 5)
    ]
    column += [f"{rng.randint(1, 10**10) / 100:.2f}" for _ in range(_ROWS * 3 // 10)]
    column += [
        "".join(rng.choices(words, k=rng.randint(3, 12))) + f"，{rng.randint(1, 99999)}" for _ in range(_ROWS * 3 // 10)
    ]
    size, began = sum(len(text.encode()) for text in column) / 1e6, time.process_time()
    for start in range(0, len(column), 1 << 16):
        suspected_kinds(pa.array(column[start : start + (1 << 16)]))
    seconds = time.process_time() - began
    print(f"\n{len(column):,} rows ({size:.0f} MB) scanned in {seconds:.2f} s of CPU: {size / seconds:.0f} MB/s")


def _tell_misses(made: list[Text], found: list[frozenset[str]]) -> None:
    total, missed, alarms = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    shown: dict[tuple[str, str], list[str]] = {}
    for text, kinds in zip(made, found, strict=True):
        for kind in kinds if text.kind is None else ():
            alarms[text.writing, kind] += 1
            shown.setdefault((text.writing, kind), []).append(text.text)
        if text.kind is not None:
            total[text.kind, text.writing] += 1
            if text.kind not in kinds:
                missed[text.kind, text.writing] += 1
                shown.setdefault((text.kind, text.writing), []).append(text.text)
    print("\nmissed:")
    for entry, count in missed.most_common():
        print(f"  {entry}: {count} of {total[entry]}, such as {shown[entry][:6]}")
    print("false alarms:")
    for entry, count in alarms.most_common():
        print(f"  {entry}: {count}, such as {shown[entry][:12]}")


if __name__ == "__main__":
    main()
