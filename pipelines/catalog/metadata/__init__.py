"""What catalogs elsewhere read of this one: the same facts, told as each standard tells them.

Here: facts of a dataset from its manifests and the registry, profiles that are pure functions of them, gates that every
document passes before it is put in place, the quality score, and keeping documents up to date with the newest snapshot.

Not here: making the files that are downloaded, pages for people, anything that decides what is published.
"""

from pipelines.catalog.metadata.problems import MetadataProblem
from pipelines.catalog.metadata.refresh import MetadataRefresh, refresh_metadata

__all__ = ["MetadataProblem", "MetadataRefresh", "refresh_metadata"]
