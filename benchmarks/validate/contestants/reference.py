"""frictionless, with no limit of errors, so that it judges the whole file."""

from __future__ import annotations

from benchmarks.validate.files.kinds import Task

_NO_LIMIT = 10**9
_TABLE = "table"


def judge(task: Task) -> int:
    from frictionless import Package, Resource, Schema

    folder = str(task.path.parent)
    keys = Schema.from_descriptor({"fields": [{"name": "id", "type": "string"}, {"name": "name", "type": "string"}]})
    others = [Resource(name=name, path=path.name, basepath=folder, schema=keys, encoding="utf-8")
              for name, path in task.tables.items()]  # fmt: skip
    schema = Schema.from_descriptor(dict(task.schema))
    table = Resource(name=_TABLE, path=task.path.name, basepath=folder, schema=schema, encoding="utf-8")
    package = Package(resources=[*others, table])
    return len(package.get_resource(_TABLE).validate(limit_errors=_NO_LIMIT).tasks[0].errors)
