"""Make a dataset's downloads with little memory. Used by tests, as a program: megabytes, data, descriptors, dataset.

Writes what was made as JSON, and the peak memory in megabytes.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from own_peak import peak_megabytes

from pipelines.catalog.downloads import make_version
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, load_manifest, newest_version

if __name__ == "__main__":
    limit = int(sys.argv[1]) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    workspace = Workspace.at(Path(sys.argv[2]), Path(sys.argv[3]))
    store = FolderStore(workspace.catalog)
    _, entry = newest_version(store, sys.argv[4])
    made = make_version(store, load_manifest(store, entry.manifest), entry.manifest, workspace.work, sys.argv[5])
    json.dump({"files": {file.media_type: file.bytes for file in made.files}, "peak": peak_megabytes()}, sys.stdout)
