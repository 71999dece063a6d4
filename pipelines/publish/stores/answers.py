"""What a remote store's refusals mean: Python's errors of files and connections.

obstore's own texts never get further than here. They hold addresses, signed queries and the store's answer, which
may repeat an access key.
"""

from __future__ import annotations

import errno
import os
import re

from obstore.exceptions import AlreadyExistsError, PermissionDeniedError, PreconditionError, UnauthenticatedError

_STATUS = re.compile(r"status code: (\d{3})")
#: The code of an answer in XML (S3, Azure), for instance ``SlowDown``.
_CODE = re.compile(r"<Code>([A-Za-z]{1,64})</Code>")
_NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|bucket does not exist")
#: Where machines of a cloud are asked for credentials when the environment has none.
_MACHINE_CREDENTIALS = "169.254.169.254"

#: After these a request may have been carried out nevertheless.
UNCERTAIN = {errno.EIO, errno.ETIMEDOUT, errno.ECONNABORTED}


def as_os_error(problem: Exception, place: str) -> OSError:
    """The error of files or connections that stands for an error of obstore.

    Args:
        problem: what obstore raised.
        place: the store's address and the path in it, which the error names as its file.
    """
    text = str(problem)
    status, code = _STATUS.search(text), _CODE.search(text)
    if _NO_BUCKET.search(text):
        return OSError(errno.ENXIO, "No such bucket", place)
    if isinstance(problem, FileNotFoundError):
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), place)
    if isinstance(problem, AlreadyExistsError | PreconditionError):
        return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), place)
    if _MACHINE_CREDENTIALS in text:
        return PermissionError(errno.EACCES, "No credentials in the environment", place)
    # obstore has classes of its own for single files, none for a list that was refused.
    if isinstance(problem, PermissionDeniedError | UnauthenticatedError) or (status and status[1] in {"401", "403"}):
        return PermissionError(errno.EACCES, os.strerror(errno.EACCES), place)
    if status:
        answer = f"{status[1]} {code[1]}" if code else status[1]
        return OSError(errno.EIO, f"The store answered {answer}", place)
    if "builder error" in text:
        return OSError(errno.EPROTONOSUPPORT, "http:// needs AWS_ALLOW_HTTP=true (GOOGLE_…, AZURE_…)", place)
    if "kind: Timeout" in text:
        return TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT), place)
    return ConnectionError(errno.ECONNABORTED, "No answer from the store", place)
