"""Where a catalog lies that is served: a folder, or a bucket.

Here: its files, opened by paths from outside; its objects, lent to processes of queries; what changes with a release.

Not here: HTTP, and what the files mean.
"""
