"""``gongkai new`` on a small workspace: what it prints, its exit codes, and a run with the dataset it drafted."""

from __future__ import annotations

import subprocess
from pathlib import Path

from flowing import Command

TABLE = '公园名称,月份,客流\n东湖公园,2026年1月,"1,200"\n西山公园,2026年1月,900\n合计,,"2,100"\n数据来源：园林局,,\n'


def test_a_drafted_dataset_is_checked_delivered_and_queried(gongkai: Command, tmp_path: Path) -> None:
    file = tmp_path / "客流 (1月).csv"
    file.write_bytes(TABLE.encode("gb18030"))
    made = gongkai.json("new", "park_visits", str(file), "--title", "公园客流", "--organisation", "parks_office")
    assert (made["rows_in_file"], made["rows"]) == (5, 2)
    assert made["excluded"] == {"footer": 1, "header": 1, "total": 1}
    assert [field["type"] for field in made["fields"]] == ["string", "date", "integer"]
    check, copy, run = made["next"]
    assert check.endswith(" check") and run.endswith(" run")
    assert gongkai("check").exit_code == 0
    subprocess.run(["sh", "-c", copy], check=True)
    assert gongkai("run").exit_code == 0
    assert gongkai.json("versions", "park_visits")


def test_the_summary_says_what_to_look_at_in_either_language(gongkai: Command, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,email,amount\nA1,a@example.org,1\nA2,b@example.org,2\n", encoding="utf-8")
    shown = gongkai("new", "people", str(file))
    assert shown.exit_code == 0 and "personal data" in shown.stdout and "withheld" in shown.stdout
    assert "example.org" not in shown.stdout
    again = gongkai("new", "people", str(file), "--lang", "zh")
    assert again.exit_code == 2 and "已有" in again.stderr


def test_what_cannot_be_read_is_refused(gongkai: Command, tmp_path: Path) -> None:
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n")
    assert gongkai("new", "pictures", str(picture)).exit_code == 1
    assert gongkai("new", "nothing", str(Path("absent.csv"))).exit_code == 2
    assert gongkai("new", "pictures", str(picture), "--delimiter", ";;").exit_code == 2
