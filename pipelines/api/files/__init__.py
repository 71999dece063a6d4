"""The catalog's folder over HTTP: what lies in it as files, and nothing else.

Conditions and ranges are those of RFC 9110. Names that begin with a dot are what a writer has not finished; links are
not followed; folders are not listed.
"""
