"""``/api/v1``: datasets, versions, fields and rows as resources, told by an OpenAPI document."""
